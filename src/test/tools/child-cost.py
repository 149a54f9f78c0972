#!/usr/bin/env python3
"""What a Java job process costs, idle and in a room of the dev server, with this script in the worker's place.

  mvn -o test-compile && (cd target/classes && jar cf /tmp/lkagent.jar .)
  lkagent dev-server --port 17880 &
  src/test/tools/child-cost.py /tmp/lkagent.jar ws://127.0.0.1:17880 15

Each figure is the median of the runs, then the least and the most: milliseconds, and MiB of memory.
"""
import base64, hashlib, hmac, json, os, re, statistics, subprocess, sys, time

AGENT = "io.lkagent.runner.TestAgents$Clocked"
FLAGS = ("-XX:-UsePerfData -Xshare:auto -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8"
         " -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx64m").split()


def token(room):
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")
    now = int(time.time())
    claims = {"iss": "devkey", "sub": "agent", "nbf": now - 5, "exp": now + 600,
              "video": {"roomJoin": True, "room": room}}
    text = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(claims).encode())
    return (text + b"." + part(hmac.new(b"secret", text, hashlib.sha256).digest())).decode()


def cpu(pid):
    return time.clock_gettime_ns((~pid << 3) | 2) / 1e6  # the process's CPU clock


def memory(pid):
    with open(f"/proc/{pid}/smaps_rollup") as file:
        rows = dict(re.findall(r"^(\w+): +(\d+) kB", file.read(), re.M))
    return int(rows["Pss"]) / 1024, (int(rows["Private_Clean"]) + int(rows["Private_Dirty"])) / 1024


def send(child, **message):
    child.stdin.write((json.dumps(message) + "\n").encode())
    child.stdin.flush()


def expect(child, wanted):
    for line in child.stdout:
        if json.loads(line)["type"] == wanted:
            return time.monotonic_ns()
    raise SystemExit(f"gone before {wanted}: {child.stderr.read().decode()}")


def words(child, first):
    for line in child.stderr:
        found = line.decode().split()
        if found and found[0] == first:
            return [int(word) for word in found[1:]]
    raise SystemExit(f"never said {first}")


def run(java, jar, url, number):
    found = {}
    begun = time.monotonic_ns()
    child = subprocess.Popen(
        ["sh", "-c", 'exec "$@" 3>&1 1>&2', "sh", java, *FLAGS, "-cp", jar + ":target/test-classes",
         "io.lkagent.runner.RunnerMain", AGENT],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        found["spawn to hello"] = (expect(child, "hello") - begun) / 1e6
        send(child, type="init", ping_ms=2500, timeout_ms=10000, options={})
        found["spawn to ready"] = (expect(child, "ready") - begun) / 1e6
        found["cpu to ready"] = cpu(child.pid)
        time.sleep(1)
        found["cpu to idle"] = cpu(child.pid)
        found["PSS idle"], found["private idle"] = memory(child.pid)
        room = f"cost-{os.getpid()}-{number}"
        started = time.monotonic_ns()
        send(child, type="start", job={"id": "AJ_1", "dispatch_id": "", "agent_name": "", "metadata": ""},
             room={"name": room}, identity="agent", url=url, token=token(room), media="dev", attempt=0)
        found["start to running"] = (expect(child, "running") - started) / 1e6
        entered, joined = words(child, "clocked")
        found["start to entry point"] = (entered - started) / 1e6
        found["entry point to joined"] = (joined - entered) / 1e6
        time.sleep(0.5)
        found["cpu of the job"] = cpu(child.pid) - found["cpu to idle"]
        found["PSS in the room"], found["private in the room"] = memory(child.pid)
        send(child, type="shutdown", reason="measured", deadline_ms=5000)
        child.wait(10)
    finally:
        child.kill()
    return found


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    launcher = os.path.join(os.environ["JAVA_HOME"], "bin", "java")
    runs = [run(launcher, sys.argv[1], sys.argv[2], i) for i in range(int(sys.argv[3]))]
    for name in runs[0]:
        all_of_it = sorted(one[name] for one in runs)
        print(f"{name:22} {statistics.median(all_of_it):8.2f} {all_of_it[0]:8.2f} {all_of_it[-1]:8.2f}")
