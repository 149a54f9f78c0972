"""A host of an app that is nobody's: it speaks the host protocol, forks, and misbehaves as told.

Started as: fake_host.py SCRIPT host FILE. FILE holds JSON: what the app is like. What a job process
does is told by JOB in the environment that its fork comes with.
"""

import base64
import json
import os
import select
import signal
import socket
import sys
import time

LIFE_SIGNAL = signal.SIGKILL


def say(fd, message):
    data = (json.dumps(message) + "\n").encode()
    while data:
        data = data[os.write(fd, data) :]


class Lines:
    def __init__(self):
        self.rest = b""

    def of(self, fd):
        data = os.read(fd, 65536)
        if not data:
            return None
        *lines, self.rest = (self.rest + data).split(b"\n")
        return [json.loads(line) for line in lines]


def job(task):
    """A job process: its protocol is on 0 and 3."""
    if task.startswith("exit "):
        os._exit(int(task[5:]))
    if task.startswith("signal "):
        os.kill(os.getpid(), int(task[7:]))
        time.sleep(60)
    if task == "outlive":
        # A grandchild that holds every stream.
        if os.fork() == 0:
            time.sleep(600)
        os._exit(7)
    if task == "close":
        os.dup2(os.open("/dev/null", os.O_RDWR), 0)
        os.dup2(0, 3)
        time.sleep(0.3)
        os._exit(9)
    os.write(1, b"a job process speaks\n")
    say(3, {"type": "hello", "protocol": 1, "pid": os.getpid(), "runtime": "fake"})
    lines = Lines()
    while True:
        messages = lines.of(0)
        if messages is None:
            os._exit(0)
        for m in messages:
            if m["type"] == "init":
                say(3, {"type": "ready"})
            elif m["type"] == "ping":
                say(3, {"type": "pong", "t": m["t"]})
            elif m["type"] == "start":
                say(3, {"type": "running"})
            elif m["type"] == "shutdown":
                os._exit(0)
            elif m["type"] == "exit":
                os._exit(m["code"])


def connected(path, id, stream):
    s = socket.socket(socket.AF_UNIX)
    s.connect(path)
    s.sendall((json.dumps({"id": id, "stream": stream}) + "\n").encode())
    return s


def fork(m):
    streams = [connected(m["socket"], m["id"], n) for n in ("protocol", "output", "life")]
    pid = os.fork()
    if pid:
        for s in streams:
            s.close()
        return pid
    try:
        os.setsid()
        protocol, output, life = (s.detach() for s in streams)
        os.dup2(life, 9)
        for fd, at in ((protocol, 0), (protocol, 3), (output, 1), (output, 2)):
            os.dup2(fd, at)
        for fd in (protocol, output, life):
            if fd not in (0, 1, 2, 3, 9):
                os.close(fd)
        import fcntl

        fcntl.fcntl(9, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(9, 10, LIFE_SIGNAL)  # F_SETSIG
        fcntl.fcntl(9, fcntl.F_SETFL, fcntl.fcntl(9, fcntl.F_GETFL) | os.O_ASYNC)
        os.environ.update(m["env"])
        signal.set_wakeup_fd(-1)
        job(m["env"].get("JOB", "serve"))
    finally:
        os._exit(99)


def once(app, what):
    """True the first time, in all hosts."""
    try:
        os.close(os.open(os.path.join(app["folder"], what), os.O_CREAT | os.O_EXCL))
        return True
    except FileExistsError:
        return False


def request(app, m):
    way = app.get("request", "accept")
    if way == "silent":
        return
    answer = {"type": "answer", "id": m["id"], "accept": way == "accept"}
    if way == "accept":
        text = base64.b64decode(m["job"]).decode()
        answer.update(identity="id-" + text, name="n", metadata="", attributes={"a": "b"})
    else:
        answer.update(terminate=True, error="no thanks")
    say(3, answer)


def serve(app):
    reads, writes = os.pipe()
    os.set_blocking(reads, False)
    os.set_blocking(writes, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writes, warn_on_full_buffer=False)
    lines = Lines()
    while True:
        ready, _, _ = select.select([0, reads], [], [])
        if reads in ready:
            os.read(reads, 4096)
            reap()
        if 0 in ready:
            messages = lines.of(0)
            if messages is None:
                os._exit(0)
            for m in messages:
                hear(app, m)


def reap():
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        say(3, {"type": "exited", "pid": pid, "status": status})


def hear(app, m):
    if m["type"] == "quit":
        os._exit(0)
    if m["type"] == "ping":
        say(3, {"type": "pong", "t": m["t"]})
    if m["type"] == "request":
        request(app, m)
    if m["type"] != "fork":
        return
    way = app.get("fork", "good")
    if way == "refuse":
        say(3, {"type": "fork-failed", "id": m["id"], "error": "too many processes"})
    elif way == "die":
        print("the app broke at its fork", flush=True)
        os._exit(5)
    elif way == "die once" and once(app, "died"):
        fork(m)  # the worst moment: the process exists, and nobody heard of it
        os._exit(5)
    elif way == "stop once" and once(app, "stopped"):
        os.kill(os.getpid(), signal.SIGSTOP)
    elif way == "forget":
        pass
    else:
        say(3, {"type": "forked", "id": m["id"], "pid": fork(m)})


def main():
    with open(sys.argv[3]) as file:
        app = json.load(file)
    if sys.argv[2] == "job":
        job(os.environ.get("JOB", "serve"))
    app["folder"] = os.path.dirname(sys.argv[3])
    start = app.get("start", "good")
    say(3, {"type": "hello", "protocol": 1, "pid": os.getpid(), "runtime": "fake"})
    if start == "hang":
        time.sleep(600)
    if start == "garbage":
        os.write(3, b"Traceback (most recent call last)\n")
        time.sleep(600)
    if start == "exit" or (start == "exit later" and not once(app, "started")):
        print("no such module", flush=True)
        os._exit(4)
    if start == "failed":
        error = "app.py starts no worker; call cli.run_app"
        say(3, {"type": "failed", "kind": "no-worker", "error": error, "detail": "line 1"})
        os._exit(1)
    say(3, {"type": "phase", "name": "app", "start_ns": 1, "end_ns": 2})
    say(
        3,
        {
            "type": "app",
            "framework": "fake-agents",
            "version": "1.2.3",
            "tried": True,
            "mode": app.get("mode", "fork"),
            "why": "",
            "agent_name": "x",
            "requests": app.get("requests", False),
            "inference": False,
            "options": {"num_idle_processes": {"value": 3, "set": True}},
            "refused": [{"option": "load_fnc", "why": "because"}],
            "plugins": ["silero 1.2.3"],
        },
    )
    serve(app)


main()
