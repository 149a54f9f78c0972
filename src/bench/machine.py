"""What the benchmark needs of the machine: processes that end with it, their memory, their CPU time."""
import ctypes
import os
import re
import signal
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")
started = []


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def spawn(command, log, env=None, **options):
    """Starts a process in a session of its own, its output in a file."""
    with open(log, "ab") as file:
        process = subprocess.Popen(
            command, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, stdout=options.pop("stdout", file),
            stderr=file, start_new_session=True, preexec_fn=die_with_parent, **options)
    started.append(process)
    return process


def end(process, patience=20):
    """Ends it and all that it started: by SIGTERM, then by force."""
    family = [process.pid, *descendants(process.pid)]
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            family += descendants(process.pid)
            process.kill()
            process.wait()
    for pid in family[1:]:
        try:
            # Of those that are left: a pid that belongs to another process by now is not of this session.
            if os.getsid(pid) in family:
                os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
    started.remove(process)


def end_all():
    for process in reversed(list(started)):
        end(process, 5)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_until(what, condition, limit=120, step=0.02):
    until = time.monotonic() + limit
    while not (found := condition()):
        if time.monotonic() > until:
            raise SystemExit(f"{what}: not within {limit} s")
        time.sleep(step)
    return found


def stat(pid):
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()


def descendants(root):
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                children.setdefault(int(stat(name)[1]), []).append(int(name))
            except (OSError, IndexError):
                pass
    found, todo = [], [root]
    while todo:
        of_it = children.get(todo.pop(), [])
        found += of_it
        todo += of_it
    return found


def command_line(pid):
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        return [word.decode() for word in file.read().split(b"\0")[:-1]]


def pss(pid):
    """Proportional set size in MB."""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return int(re.search(r"^Pss: +(\d+) kB", file.read(), re.M)[1]) * 1024 / 1e6


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        fields = stat(pid)
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def load():
    with open("/proc/loadavg") as file:
        return float(file.read().split()[0])


def settle(limit=60):
    """Waits until nothing runs for a second, as far as this process can tell; returns the busy share of the CPUs."""
    def busy():
        with open("/proc/stat") as file:
            times = [int(word) for word in file.readline().split()[1:9]]
        return sum(times) - times[3] - times[4], sum(times)
    until = time.monotonic() + limit
    while True:
        before = busy()
        time.sleep(1)
        after = busy()
        share = (after[0] - before[0]) / max(1, after[1] - before[1])
        if share < 0.10 or time.monotonic() > until:
            return share
