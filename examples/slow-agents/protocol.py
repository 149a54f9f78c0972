"""The init half of lkagent's job protocol (src/docs/JOB-PROTOCOL.md) for the plain Python agents here.

    with protocol.component("model"):
        ...                                  # told to the worker as one step of the start
    protocol.ready()                         # and from then on it waits for its shutdown
"""

import contextlib
import json
import os
import platform
import signal
import sys
import threading
import time

_out = os.fdopen(3, "wb", buffering=0)
_over = threading.Event()
_hello = 0


def _say(kind, **fields):
    _out.write(json.dumps({"type": kind, **fields}).encode() + b"\n")


def _listen():
    for line in os.fdopen(0, "rb"):
        frame = json.loads(line)
        if frame["type"] == "ping":
            _say("pong", t=frame["t"])
        elif frame["type"] == "start":
            _say("running")
        elif frame["type"] == "shutdown":
            break
    _over.set()


def hello():
    global _hello
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    _hello = time.monotonic_ns()
    _say("hello", protocol=1, pid=os.getpid(), runtime=f"python {platform.python_version()}")
    threading.Thread(target=_listen, daemon=True).start()


@contextlib.contextmanager
def component(name, critical=True):
    start = time.monotonic_ns() - _hello
    yield
    _say("phase", name=name, start_ns=start, end_ns=time.monotonic_ns() - _hello, critical=critical)


def ready():
    _say("ready")
    _over.wait()
    sys.stdout.flush()
    os._exit(0)
