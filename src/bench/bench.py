"""The benchmark behind run.sh: measures lkagent and its peer one after the other, and writes the table."""
import argparse
import json
import math
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time

import livekit_server as livekit
import machine

WARM = 50
IDLE_SECONDS = 60
BURSTS = 3
STARTS = 3
APP_PATIENCE = 300
CALLS = 20
CALL_PATIENCE = 120
NODE = "node-1.9.0"
HERE = os.path.dirname(os.path.abspath(__file__))


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


class Proxy:
    """Notes when assignments pass, and is told when entry points were reached."""

    def __init__(self, server, work, name):
        self.assigned = os.path.join(work, name + ".assigned")
        self.entries = os.path.join(work, name + ".entries")
        for file in (self.assigned, self.entries):
            open(file, "w").close()
        self.process = machine.spawn(
            [sys.executable, os.path.join(HERE, "proxy.py"), str(server.port), self.assigned],
            os.path.join(work, "proxy.log"), stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())

    @staticmethod
    def read(file):
        with open(file) as lines:
            return {words[0]: int(words[1]) for words in map(str.split, lines) if len(words) == 2}

    def latencies(self):
        """Milliseconds from the wire to the entry point, of each job that reached it."""
        assigned, entries = self.read(self.assigned), self.read(self.entries)
        return {job: (entries[job] - at) / 1e6 for job, at in assigned.items() if job in entries}

    def bursts(self, server, warm, name):
        """Fifty rooms at once, some times over; `warm` waits until all processes are idle again."""
        # The real server looks its workers up anew when it was quiet: one room first, then wait.
        warm()
        server.create([name + "-first"])
        machine.wait_until("the first entry point", lambda: len(self.latencies()) == 1, 30)
        server.delete([name + "-first"])
        time.sleep(6)
        ignored = set(self.latencies())
        for number in range(BURSTS):
            warm()
            machine.settle(20)
            rooms = [f"{name}-{number}-{room}" for room in range(WARM)]
            server.create(rooms)
            until = time.monotonic() + 30
            while len(self.latencies()) < len(ignored) + (number + 1) * WARM and time.monotonic() < until:
                time.sleep(0.2)
            server.delete(rooms)
        found = [took for job, took in self.latencies().items() if job not in ignored]
        if not found:
            raise SystemExit(f"{name}: no entry point was reached")
        return {"p50": statistics.median(found), "p99": percentile(found, 0.99), "max": max(found),
                "reached": len(found), "asked": BURSTS * WARM}


    def connected(self):
        """When each room's agent was connected, in monotonic nanoseconds."""
        mark = "connected:"
        return {key[len(mark):]: at for key, at in self.read(self.entries).items() if key.startswith(mark)}

    def calls(self, server, rooms):
        """Milliseconds from the request for these rooms, all at once, until each has its agent connected."""
        asked = time.monotonic_ns()
        server.create(rooms)
        until = time.monotonic() + CALL_PATIENCE
        while not set(rooms) <= self.connected().keys() and time.monotonic() < until:
            time.sleep(0.2)
        return [(at - asked) / 1e6 for room, at in self.connected().items() if room in rooms]

    def connections(self, server, warm, name):
        """Twenty calls at once; then fifty, at once another fifty, and one more: how many are served."""
        warm()
        machine.settle(20)
        rooms = [f"{name}-call-{room}" for room in range(CALLS)]
        took = self.calls(server, rooms)
        server.delete(rooms)
        warm()
        machine.settle(20)
        first, second = ([f"{name}-rush-{half}-{room}" for room in range(WARM)] for half in "ab")
        server.create(first)
        server.create(second)
        self.calls(server, [name + "-last"])
        until = time.monotonic() + CALL_PATIENCE
        all_rooms = {*first, *second, name + "-last"}
        while not all_rooms <= self.connected().keys() and time.monotonic() < until:
            time.sleep(0.5)
        served = len(all_rooms & self.connected().keys())
        server.delete(sorted(all_rooms))
        return {"p50": statistics.median(took), "max": max(took), "connected": len(took), "served": served}


class Ours:
    def __init__(self, options):
        self.lkagent = os.path.join(options.prefix, "bin", "lkagent")
        self.options = options
        self.vad = os.path.join(options.prefix, "lib", "lkagent", "vad")
        self.log = os.path.join(options.work, "lkagent.log")

    def command(self, words, runs):
        taken = []
        for _ in range(runs + 1):
            begun = time.monotonic()
            subprocess.run([words[0], *words[1:]], check=True, stdout=subprocess.DEVNULL)
            taken.append((time.monotonic() - begun) * 1000)
        return statistics.median(taken[1:])

    def start(self, port, idle, more=(), env=None, patience=60):
        """Starts a worker; returns it, the port of its status and the seconds until all are idle."""
        status = machine.free_port()
        begun = time.monotonic()
        worker = machine.spawn(
            [self.lkagent, "worker", "start", "--url", f"ws://127.0.0.1:{port}", "--api-key", livekit.KEY,
             "--agent-name", "bench", "--idle-processes", str(idle), "--max-jobs", str(3 * WARM), "--host", "127.0.0.1",
             "--port", str(status), "--runtime-dir", self.options.work, *self.options.worker, *more],
            self.log, {"LIVEKIT_API_SECRET": livekit.SECRET, **(env or {})})
        self.await_idle(status, idle, 0.03, patience)
        return worker, status, time.monotonic() - begun

    def processes(self, status):
        return livekit.get(status, "/status").get("processes", [])

    def await_idle(self, status, wanted, step=0.2, patience=60):
        def idle():
            return sum(row["state"] == "idle" for row in self.processes(status)) >= wanted
        machine.wait_until(f"{wanted} idle processes; see {self.log}", idle, patience, step)

    def child(self, port, engine):
        """A job process in the worker's place: what the worker's own child was started with, again."""
        worker, status, _ = self.start(port, 1, ["--vad", engine])
        row = self.processes(status)[0]
        command = machine.command_line(row["pid"])
        machine.end(worker)
        found = [one_child(command) for _ in range(self.options.runs + 2)][2:]
        return {"ready": statistics.median(ready for ready, _ in found), "vad": statistics.median(vad for _, vad in found)}

    def pool(self, port, more=(), idle_seconds=0):
        starts = []
        for number in range(STARTS):
            machine.settle(20)
            worker, status, took = self.start(port, WARM, more)
            starts.append(took)
            if number < STARTS - 1:
                machine.end(worker)
        time.sleep(5)
        pids = [row["pid"] for row in self.processes(status)]
        found = {"start": statistics.median(starts), "starts": starts}
        if idle_seconds:
            found.update(idle_cpu([worker.pid], pids, idle_seconds))
        found.update(memory(worker.pid, pids))
        machine.end(worker)
        return found

    def burst(self, server, name):
        proxy = Proxy(server, self.options.work, name)
        more = ["--agent", "BenchAgent", "--classpath", os.path.join(self.options.work, "classes"),
                "--agent-option", "entries=" + proxy.entries, "--agent-option", "vad=" + self.vad]
        worker, status, _ = self.start(proxy.port, WARM, more)
        found = proxy.bursts(server, lambda: self.await_idle(status, WARM), name)
        machine.end(worker)
        machine.end(proxy.process)
        return found


class AppOfOurs:
    """A worker of ours that runs an app of LiveKit's framework."""

    def __init__(self, ours, app):
        self.ours, self.app = ours, app

    def start(self, port, entries, env):
        worker, status, took = self.ours.start(
            port, WARM, self.app.options, {"BENCH_IDLE": str(WARM), "BENCH_ENTRIES": entries, **env}, APP_PATIENCE)
        return worker, took, lambda: self.ours.await_idle(status, WARM, 0.2, APP_PATIENCE), lambda: [
            row["pid"] for row in self.ours.processes(status) if row["state"] == "idle"]


class AppOfTheirs:
    """The same app under its framework's own worker."""

    def __init__(self, app, log):
        self.app, self.log = app, log

    def ready(self):
        """How many job processes have said that they are ready since the log began."""
        try:
            with open(self.log) as log:
                return log.read().count(self.app.ready)
        except FileNotFoundError:
            return 0

    def await_ready(self, wanted):
        machine.wait_until(f"{wanted} processes of {self.app.name}; see {self.log}", lambda: self.ready() >= wanted,
                           APP_PATIENCE, 0.1)

    def start(self, port, entries, env):
        before = self.ready()
        begun = time.monotonic()
        worker = machine.spawn(
            self.app.command, self.log,
            {"LIVEKIT_URL": f"ws://127.0.0.1:{port}", "LIVEKIT_API_KEY": livekit.KEY, "LIVEKIT_API_SECRET": livekit.SECRET,
             "BENCH_IDLE": str(WARM), "BENCH_ENTRIES": entries, **env})
        self.await_ready(before + WARM)
        took = time.monotonic() - begun

        def warm():
            # It refills as soon as a job takes a process: one for each job so far.
            self.await_ready(before + WARM + sum(not line.startswith("connected:") for line in open(entries)))
            time.sleep(3)

        return worker, took, warm, lambda: self.children(worker)

    @staticmethod
    def children(worker):
        """Its job processes: the largest family of its descendants."""
        families = {}
        for pid in machine.descendants(worker.pid):
            families.setdefault(int(machine.stat(pid)[1]), []).append(pid)
        return sorted(max(families.values(), key=len))[-WARM:]


def app(side, server, work, name):
    """One side's figures: the start of fifty, memory and CPU at rest, bursts of rooms."""
    machine.settle(20)
    worker, took, _, children = side.start(server.port, os.devnull, {})
    time.sleep(10)
    pids = children()
    found = {"start": took, **idle_cpu([worker.pid], pids, IDLE_SECONDS), **memory(worker.pid, pids)}
    found["tree_pss"] = machine.pss(worker.pid) + sum(map(machine.pss, machine.descendants(worker.pid)))
    machine.end(worker)
    proxy = Proxy(server, work, name)
    worker, _, warm, _ = side.start(proxy.port, proxy.entries, {})
    found["burst"] = proxy.bursts(server, warm, name)
    machine.end(worker)
    open(proxy.entries, "w").close()
    worker, _, warm, _ = side.start(proxy.port, proxy.entries, {"BENCH_CONNECT": "1"})
    found["calls"] = proxy.connections(server, warm, name)
    machine.end(worker)
    machine.end(proxy.process)
    return found


class App:
    """The benchmark's app in one language: how each side runs it."""

    def __init__(self, options, language):
        self.name = language
        if language == "python":
            file = os.path.join(HERE, "bench_agent.py")
            python = os.path.join(options.tools, "venv", "bin", "python")
            self.options = ["--python", file, "--interpreter", python]
            self.command = [python, file]
            self.ready = "process initialized"
        else:
            # Node looks for the framework beside the file.
            folder = os.path.join(options.work, "node")
            os.makedirs(folder)
            file = shutil.copy(os.path.join(HERE, "bench_agent.mjs"), folder)
            os.symlink(os.path.join(options.tools, NODE, "node_modules"), os.path.join(folder, "node_modules"))
            self.options = ["--node", file]
            self.command = ["node", file, "start", "--log-level", "debug"]
            self.ready = "job runner initialized"


def one_child(command):
    """Milliseconds from the spawn to `ready`, and to the loaded VAD."""
    begun = time.monotonic()
    child = subprocess.Popen(
        ["setsid", "setpriv", "--pdeathsig", "KILL", "/bin/sh", "-c", "trap '' INT TERM HUP; exec \"$@\" 3>&1 1>&2", "sh",
         *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    machine.started.append(child)
    ready = vad = None
    try:
        child.stdin.write(b'{"type":"init"}\n')
        child.stdin.flush()
        for line in child.stdout:
            took = (time.monotonic() - begun) * 1000
            message = json.loads(line)
            if message["type"] == "ready":
                ready = took
            elif message["type"] == "phase" and message["name"] == "vad":
                if message.get("error"):
                    raise SystemExit(f"the VAD was not loaded: {message['error']}")
                vad = took
            if ready and vad:
                time.sleep(0.2)
                return ready, vad
        raise SystemExit(f"the job process ended before it was ready: {command}")
    finally:
        child.kill()
        child.wait()
        machine.started.remove(child)


def idle_cpu(worker, children, seconds):
    before = machine.cpu_seconds(worker), machine.cpu_seconds(children)
    time.sleep(seconds)
    after = machine.cpu_seconds(worker), machine.cpu_seconds(children)
    return {"worker_cpu": (after[0] - before[0]) / seconds * 100, "children_cpu": (after[1] - before[1]) / seconds * 100}


def memory(worker, children):
    each = [machine.pss(pid) for pid in children]
    own = machine.pss(worker)
    return {"pss": sum(each) / len(each), "processes": len(each), "worker_pss": own, "tree_pss": own + sum(each)}


def versions(ours):
    release = subprocess.run([ours.lkagent, "--version"], capture_output=True, text=True).stdout.strip()
    commit = subprocess.run(["git", "-C", HERE, "describe", "--always", "--dirty"], capture_output=True, text=True).stdout.strip()
    with open("/proc/cpuinfo") as file:
        cpu = re.search(r"model name\s*: (.*)", file.read())
    java = ""
    for word in ours.java:
        with open(os.path.join(word, "release")) as file:
            java = " ".join(re.findall(r'^(?:IMPLEMENTOR|JAVA_RUNTIME_VERSION)="(.*)"', file.read(), re.M))
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()), "lkagent": release, "commit": commit, "java": java,
            "cpu": cpu[1] if cpu else platform.machine(), "cores": os.cpu_count(), "memory_gib": round(memory_gib),
            "kernel": platform.release(), "load_before": machine.load()}


def rows(found):
    """Of each figure: what it is, the unit, the goal, where ours and the peer's are."""
    yield "job process, spawn → ready (VAD loads beside it)", "ms", None, "child.ready", None
    yield "job process, spawn → VAD loaded", "ms", 40, "child.vad", None
    yield "the same, onnxruntime: ready", "ms", None, "child_onnxruntime.ready", None
    yield "the same, onnxruntime: VAD loaded", "ms", 90, "child_onnxruntime.vad", None
    yield "PSS each, 50 alive, VAD loaded", "MB", 13, "pool.pss", "python_peer.pss"
    yield "the same, onnxruntime", "MB", 30, "pool_onnxruntime.pss", None
    yield "50 ready from nothing", "s", 2, "pool.start", "python_peer.start"
    yield "the same, onnxruntime", "s", None, "pool_onnxruntime.start", None
    for server, label in (("dev", "dev server"), ("real", "livekit-server")):
        peer = "python_peer.burst." if server == "real" else None
        for name, goal in (("p50", 1), ("p99", 10), ("max", None)):
            yield (f"assignment → entry point, 50 rooms at once, {label}: {name}", "ms", goal, f"burst_{server}.{name}",
                   peer and peer + name)
    yield "CPU of the worker, 50 idle", "% of a core", 1, "pool.worker_cpu", "python_peer.worker_cpu"
    yield "CPU of the 50 idle together", "% of a core", 1, "pool.children_cpu", "python_peer.children_cpu"
    yield "worker's PSS, 50 idle", "MB", 80, "pool.worker_pss", "python_peer.worker_pss"
    yield "PSS of all processes, 50 idle", "MB", None, "pool.tree_pss", "python_peer.tree_pss"
    # Goals of these are ratios: the framework's own worker is in the same row.
    for language, label in (("python", "Python app"), ("node", "Node app")):
        ours, peer = language + ".", language + "_peer."
        burst = 15 if language == "python" else 40
        yield f"{label}: 50 ready from nothing", "s", None, ours + "start", peer + "start"
        yield f"{label}: PSS each, 50 idle", "MB", None, ours + "pss", peer + "pss"
        yield f"{label}: PSS of all processes, 50 idle", "MB", None, ours + "tree_pss", peer + "tree_pss"
        yield f"{label}: CPU of the worker, 50 idle", "% of a core", 1, ours + "worker_cpu", peer + "worker_cpu"
        yield f"{label}: CPU of the 50 idle together", "% of a core", None, ours + "children_cpu", peer + "children_cpu"
        yield f"{label}: assignment → entry point: p50", "ms", burst, ours + "burst.p50", peer + "burst.p50"
        yield (f"{label}: assignment → entry point: max", "ms", 50 if language == "python" else None, ours + "burst.max",
               peer + "burst.max")
        yield f"{label}: request → connected, 20 rooms at once: p50", "ms", None, ours + "calls.p50", peer + "calls.p50"
        yield f"{label}: request → connected, 20 rooms at once: max", "ms", None, ours + "calls.max", peer + "calls.max"
        yield (f"{label}: 50 calls, at once 50 more, then one: served of 101", "calls", None, ours + "calls.served",
               peer + "calls.served")
    yield "`lkagent --version` (peer: `lk --version`)", "ms", 110, "version", "lk_version"


def look_up(found, path):
    for word in (path or "missing").split("."):
        found = found.get(word) if isinstance(found, dict) else None
    return found


def table(found):
    about = found["about"]
    lines = [
        f"{about['date']}, {about['lkagent']} at {about['commit']}, {about['java']}, {about['cores']} cores ({about['cpu']}), "
        f"{about['memory_gib']} GiB, Linux {about['kernel']}, load {about['load_before']} before"
        f" and {about.get('load_after', '?')} after; livekit-server 1.13.5, livekit-agents 1.8.9, @livekit/agents 1.9.0", "",
        "| | goal | lkagent | the framework's own worker | peer ÷ ours |", "|---|---|---|---|---|"]

    def shown(value):
        return "–" if value is None else f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"

    for label, unit, goal, ours, peer in rows(found):
        mine, theirs = look_up(found, ours), look_up(found, peer)
        if mine is None and theirs is None:
            continue
        missed = " ✗" if goal is not None and mine is not None and mine > goal else ""
        ratio = f"{theirs / mine:.1f}" if mine and theirs else "–"
        lines.append(f"| {label} | {'–' if goal is None else f'≤ {goal} {unit}'} | {shown(mine)} {unit}{missed} |"
                     f" {shown(theirs)}{'' if theirs is None else ' ' + unit} | {ratio} |")
    for name in ("burst_dev", "burst_real", "python.burst", "python_peer.burst", "node.burst", "node_peer.burst"):
        burst = look_up(found, name)
        if burst and burst["reached"] < burst["asked"]:
            lines += ["", f"{name}: only {burst['reached']} of {burst['asked']} jobs reached an entry point."]
    return "\n".join(lines) + "\n"


def measure(options, found):
    ours = Ours(options)
    with open(ours.lkagent) as launcher:
        ours.java = re.findall(r"^recorded_java_home='(.+)'", launcher.read(), re.M)
    found["about"] = versions(ours)

    def wanted(part):
        if options.only and part not in options.only.split(","):
            return False
        busy = machine.settle(20)
        say(f"{part} (load {machine.load()}, {busy:.0%} of the CPUs busy)")
        return True

    if wanted("commands"):
        found["version"] = ours.command([ours.lkagent, "--version"], options.runs)
        lk = subprocess.run(["sh", "-c", "command -v lk"], capture_output=True, text=True).stdout.strip()
        if lk:
            found["lk_version"] = ours.command([lk, "--version"], options.runs)
    server = livekit.real(options.tools, options.work)
    if wanted("child"):
        found["child"] = ours.child(server.port, "plain")
        found["child_onnxruntime"] = ours.child(server.port, "onnxruntime")
    if wanted("pool"):
        found["pool"] = ours.pool(server.port, idle_seconds=IDLE_SECONDS)
    if wanted("onnxruntime"):
        found["pool_onnxruntime"] = ours.pool(server.port, ["--vad", "onnxruntime"])
    if wanted("burst"):
        dev = livekit.dev(ours.lkagent, options.work)
        found["burst_dev"] = ours.burst(dev, "dev")
        machine.end(dev.process)
        found["burst_real"] = ours.burst(server, "real")
    for language in ("python", "node"):
        framework = None
        if wanted(language):
            framework = App(options, language)
            found[language] = app(AppOfOurs(ours, framework), server, options.work, language)
        if wanted(language + "-peer"):
            framework = framework or App(options, language)
            theirs = AppOfTheirs(framework, os.path.join(options.work, language + "-peer.log"))
            found[language + "_peer"] = app(theirs, server, options.work, language + "-peer")
    found["about"]["load_after"] = machine.load()


def main():
    parser = argparse.ArgumentParser()
    for name in ("prefix", "tools", "work", "out"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    options.worker = os.environ.get("BENCH_WORKER_OPTIONS", "").split()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
    found = {}
    try:
        measure(options, found)
    finally:
        # Ends in order: a second signal must not leave half of it.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        machine.end_all()
        if "about" in found:
            text = table(found)
            print(text)
            with open(os.path.join(options.out, "results.md"), "w") as file:
                file.write(text)
            with open(os.path.join(options.out, "results.json"), "w") as file:
                json.dump(found, file, indent=1)
                file.write("\n")


if __name__ == "__main__":
    main()
