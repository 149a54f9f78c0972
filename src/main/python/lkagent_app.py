"""The process in which lkagent runs an app that was written for LiveKit's agents framework.

    python lkagent_app.py host [FILE]     one per worker: loads the app once, forks job processes
    python lkagent_app.py host-no-fork [FILE]    the same, but forks none
    python lkagent_app.py job [FILE]      one room, where forking would be unsafe

The wire between the framework's worker and its job processes changes from version to version, so
nothing here knows it: the installed framework's own classes run the job, and this file stands where
the framework's worker would stand. What the framework promises its apps is in its documentation;
what lkagent promises is in src/docs/FRAMEWORKS.md and JOB-PROTOCOL.md of lkagent.

Reading order: main, Host, JobProcess, JobBridge; then App, Decider, Inference.
"""

from __future__ import annotations

import time

BEGAN = time.monotonic_ns()  # before the other imports, which take most of this script's start

import ast
import asyncio
import atexit
import base64
import collections
import contextvars
import dataclasses
import fcntl
import functools
import gc
import importlib
import json
import logging
import math
import os
import platform
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
import types
import warnings
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, NoReturn

Frame = dict[str, Any]

TRIED = ((1, 7), (1, 8))
SUPPORTED = "1.7 and 1.8"
DEFAULT_FILES = ("main.py", "app.py", "agent.py", "app/main.py", "app/app.py", "app/agent.py")
PREFERRED_NAMES = ("app", "server", "agent")
MAX_FRAME = 8 * 1024 * 1024
# The server must hear of the job's end before the agent leaves the room; so long that may take.
HOLD_S = 2.0
# After the worker's death the kernel ends the process; where it does not, this does.
ORPHAN_S = 2
HELPER_RESTART_S = (1.0, 2.0, 5.0, 10.0, 30.0)
INFERENCE_INIT_S = 300.0
INFERENCE_CONNECT_S = 10.0
# request_fnc has 2.5 s; one that holds up its event loop longer than this is given up.
DECIDER_STUCK_S = 10.0
NO_KEYS = (
    "the API key and secret are not in this process: lkagent keeps them in the worker;"
    " start it with --pass-api-keys if the app itself must call the server"
)


class Refused(Exception):
    """An app that cannot be run, in words for its operator."""

    def __init__(self, kind: str, error: str, detail: str = "") -> None:
        super().__init__(error)
        self.kind = kind
        self.error = error
        self.detail = detail


# ---------------------------------------------------------------------------- frames


class Frames:
    """One end of a connection that carries one JSON object a line."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self.read_fd = read_fd
        self._write_fd = write_fd
        self._lock = threading.Lock()
        self._rest = bytearray()
        self._unseen: list[Frame] = []

    @staticmethod
    def inherited() -> Frames:
        """Takes descriptors 0 and 3 away, so that neither input() nor a stray write meets them."""
        read_fd = fcntl.fcntl(0, fcntl.F_DUPFD_CLOEXEC, 20)
        write_fd = fcntl.fcntl(3, fcntl.F_DUPFD_CLOEXEC, 20)
        os.close(3)
        use_null_for_stdin()
        return Frames(read_fd, write_fd)

    def say(self, type_: str, **members: Any) -> None:
        """Sends one message; says nothing when the other end is gone."""
        self.send({"type": type_, **members})

    def send(self, frame: Frame) -> None:
        line = json.dumps(frame, separators=(",", ":"), ensure_ascii=False) + "\n"
        data = memoryview(line.encode("utf-8", "replace"))
        with self._lock:
            try:
                while data:
                    data = data[os.write(self._write_fd, data) :]
            except OSError:
                pass  # seen where it is read

    def receive(self) -> list[Frame] | None:
        """What has come, after waiting for it; None at the end of the input."""
        try:
            chunk = os.read(self.read_fd, 65536)
        except OSError:
            chunk = b""
        if not chunk:
            return None
        self._rest += chunk
        if len(self._rest) > MAX_FRAME + 65536:
            return None
        if b"\n" not in chunk:
            return []
        *lines, rest = bytes(self._rest).split(b"\n")
        self._rest = bytearray(rest)
        return [frame for frame in map(parse, lines) if frame is not None]

    def until_end(self) -> Iterator[Frame]:
        """Each message until the end of the input."""
        while (frames := self.receive()) is not None:
            self._unseen = frames
            while self._unseen:
                yield self._unseen.pop(0)

    def unseen(self) -> list[Frame]:
        """What came together with the last message of until_end, after it."""
        frames, self._unseen = self._unseen, []
        return frames


def parse(line: bytes) -> Frame | None:
    try:
        frame = json.loads(line)
    except ValueError:
        return None
    return frame if isinstance(frame, dict) and isinstance(frame.get("type"), str) else None


class Phases:
    """The clock that tells how long each part of a start took."""

    began = BEGAN  # a forked process begins anew

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._hello = time.monotonic_ns()

    def hello(self, runtime: str) -> None:
        self._hello = time.monotonic_ns()
        up = self._hello - Phases.began
        self._frames.say("hello", protocol=1, pid=os.getpid(), runtime=runtime, up_ns=up)

    def run(self, name: str, part: Callable[[], Any]) -> Any:
        start = time.monotonic_ns()
        result = part()
        self.ended(name, start)
        return result

    def ended(self, name: str, start: int) -> None:
        self._frames.say(
            "phase",
            name=name,
            start_ns=start - self._hello,
            end_ns=time.monotonic_ns() - self._hello,
        )


# ---------------------------------------------------------------------------- the process


def use_null_for_stdin() -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)


def runtime_name() -> str:
    version = framework_version()
    return f"python {platform.python_version()}" + (f", livekit-agents {version}" if version else "")


def framework_version() -> str:
    module = sys.modules.get("livekit.agents")
    if module is not None:
        return str(getattr(module, "__version__", ""))
    from importlib import metadata

    try:
        return metadata.version("livekit-agents")
    except metadata.PackageNotFoundError:
        return ""


def title(name: str) -> None:
    """What ps and top show of this process."""
    try:
        with open("/proc/self/comm", "w") as comm:
            comm.write(name)
    except OSError:
        pass  # only Linux has it


HOST_TITLE = "lkagent:app"
OPERATORS_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def ignore_operators_signals() -> None:
    """Only the worker decides when a call ends, not a signal to the whole group."""
    for number in OPERATORS_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def let_own_children_be_terminated() -> None:
    """Keeps the deafness to this process: a multiprocessing.Pool ends its workers by SIGTERM."""

    def restore() -> None:
        for number in OPERATORS_SIGNALS:
            signal.signal(number, signal.SIG_DFL)

    for number in OPERATORS_SIGNALS:
        signal.signal(number, lambda *_: None)  # unlike SIG_IGN, not inherited by programs
    os.register_at_fork(after_in_child=restore)


def die_with_peer(life: socket.socket) -> None:
    """Has the kernel kill this process when the other end of this connection is closed."""
    try:
        fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(life, fcntl.F_SETSIG, signal.SIGKILL)
        flags = fcntl.fcntl(life, fcntl.F_GETFL)
        fcntl.fcntl(life, fcntl.F_SETFL, flags | os.O_ASYNC)
    except (AttributeError, OSError):  # not Linux
        threading.Thread(target=_exit_at_end, args=(life,), name="life", daemon=True).start()
        return
    if select.select([life], [], [], 0)[0]:  # closed before the kernel was asked to watch
        os._exit(1)


def _exit_at_end(life: socket.socket) -> None:
    life.recv(1)
    os._exit(1)


def die_with_parent(parent: int) -> None:
    """Has the kernel kill this process when its parent dies, also while the app's code hangs."""
    try:
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        return
    if os.getppid() != parent:
        os._exit(1)


def show_child_id(new: str) -> None:
    """Writes the child's own id over its host's, where /proc/PID/environ shows it."""
    old = os.environ.get("LKAGENT_CHILD_ID", "")
    if not old or len(old) != len(new):
        return
    try:
        import ctypes

        with open("/proc/self/stat", "rb") as stat:
            fields = stat.read().rsplit(b")", 1)[1].split()
        start, end = int(fields[47]), int(fields[48])
        at = ctypes.string_at(start, end - start).find(f"LKAGENT_CHILD_ID={old}\0".encode())
        if at >= 0:
            place = start + at + len("LKAGENT_CHILD_ID=")
            ctypes.memmove(place, new.encode(), len(new))
    except (ImportError, OSError, ValueError, IndexError):
        pass  # one less thing to see in /proc


def forget_the_parent() -> None:
    """Leaves to the host what was registered there for its own end."""
    from multiprocessing import util

    util._finalizer_registry.clear()  # type: ignore[attr-defined]
    util._run_after_forkers()  # type: ignore[attr-defined]
    getattr(atexit, "_clear", lambda: None)()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def leave(code: int) -> NoReturn:
    """Ends the process in order, but never waits for threads that the app has started."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(ORPHAN_S)
    try:
        getattr(atexit, "_run_exitfuncs", lambda: None)()
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
    except Exception:
        pass  # the end of a process is no place to complain
    os._exit(code)


# ---------------------------------------------------------------------------- logs


class JsonLines(logging.Handler):
    """The log handler that writes one JSON object a line, as lkagent reads them."""

    _own = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line: Frame = {
                "level": record.levelname,
                "message": record.getMessage(),
                "logger": record.name,
                "time": record.created,
            }
            for name, value in record.__dict__.items():
                if name not in self._own and not name.startswith("_"):
                    line.setdefault(name, value)
            if record.exc_info and record.exc_info[0]:
                line["exc_info"] = "".join(traceback.format_exception(*record.exc_info)).rstrip()
            elif record.exc_text:
                line["exc_info"] = record.exc_text
            if record.stack_info:
                line["stack_info"] = record.stack_info
            self._write(line)
        except Exception:
            self.handleError(record)

    @staticmethod
    def _write(line: Frame) -> None:
        text = json.dumps(line, default=readable, skipkeys=True)
        data = memoryview(text.encode() + b"\n")
        while data:
            data = data[os.write(2, data) :]


def readable(value: Any) -> str:
    if isinstance(value, types.TracebackType):
        return "".join(traceback.format_tb(value))
    return str(value)


def set_up_logs(level: str) -> None:
    """Sets levels as the framework's start command does, with our handler in place of its own."""
    from livekit.agents.cli.log import setup_logging

    root = logging.getLogger()
    before = list(root.handlers)
    setup_logging(level, False, False)
    for handler in list(root.handlers):
        if handler not in before or is_plain_console(handler):
            root.removeHandler(handler)
    root.addHandler(JsonLines())


def is_plain_console(handler: logging.Handler) -> bool:
    """What basicConfig makes: it would print each line a second time."""
    return (
        type(handler) is logging.StreamHandler
        and handler.stream in (sys.stdout, sys.stderr)
        and (handler.formatter is None or type(handler.formatter) is logging.Formatter)
    )


def log_level(app: App) -> str:
    wanted = os.environ.get("LKAGENT_LOG_LEVEL", "").upper() or app.log_level.upper()
    known = isinstance(logging.getLevelName(wanted), int)
    return wanted if known else "INFO"


def log() -> logging.Logger:
    return logging.getLogger("lkagent")


# ---------------------------------------------------------------------------- the app


class _Captured(SystemExit):
    """What ends the app's script where its own worker would have begun."""


def is_captured(info: Any) -> bool:
    return bool(info) and isinstance(info[1], _Captured)


class Capture:
    """Stands in for the calls with which an app starts its worker, and keeps what it was given."""

    def __init__(self) -> None:
        self.server: Any = None
        self.options: Any = None
        self.line = 0
        self.elsewhere = ""

    def install(self) -> None:
        cli = importlib.import_module("livekit.agents.cli")
        for name in ("livekit.agents.cli", "livekit.agents.cli.cli"):
            setattr(importlib.import_module(name), "run_app", self._run_app)
        cli.run_app = self._run_app
        worker = importlib.import_module("livekit.agents.worker")
        capture = self

        async def run(server: Any, *_: Any, **__: Any) -> None:
            capture._take(server, 0)

        worker.AgentServer.run = run
        logging.getLogger("asyncio").addFilter(lambda r: not is_captured(r.exc_info))
        self._report = threading.excepthook
        threading.excepthook = self._thread_ended

    def _thread_ended(self, arguments: Any) -> None:
        if not issubclass(arguments.exc_type, _Captured):
            self._report(arguments)

    def _run_app(self, server: Any, *_: Any, **__: Any) -> None:
        frame = sys._getframe(1)
        self._take(server, frame.f_lineno if frame.f_globals.get("__name__") == "__main__" else 0)

    def _take(self, server: Any, line: int) -> None:
        from livekit.agents.worker import AgentServer, ServerOptions

        if isinstance(server, ServerOptions):
            self.options = server
            server = AgentServer.from_server_options(server)
        self.server, self.line = server, line
        if threading.current_thread() is not threading.main_thread():
            self.elsewhere = threading.current_thread().name
        raise _Captured(0)


class AppFile:
    """The user's file, run once as the script that it is."""

    def __init__(self, path: str | None) -> None:
        self.path = path or self._default()
        self.name = os.path.basename(self.path)

    @staticmethod
    def _default() -> str:
        for path in DEFAULT_FILES:
            if os.path.isfile(path):
                return path
        raise Refused(
            "no-worker",
            f"no app file was named, and there is none of {', '.join(DEFAULT_FILES)} in"
            f" {os.getcwd()}: name it, as in --python FILE",
        )

    def prepare(self) -> None:
        """Makes this process look like `python FILE start`, before anything is imported."""
        if not os.path.isfile(self.path):
            raise Refused("import", f"{self.path} is not a file: name the app's, as in --python FILE")
        sys.path[0] = os.path.dirname(os.path.abspath(self.path))
        sys.argv = [self.path, "start"]

    def run(self, capture: Capture) -> types.ModuleType:
        module = types.ModuleType("__main__")
        module.__file__ = self.path
        module.__dict__["__builtins__"] = __builtins__
        sys.modules["lkagent_app"] = sys.modules["__main__"]
        sys.modules["__main__"] = module
        try:
            with open(self.path, "rb") as file:
                source = file.read()
            exec(compile(source, self.path, "exec"), module.__dict__)
        except _Captured:
            self._refuse_second_worker(source, capture)
        except SystemExit as e:
            if capture.server is None:
                raise self._ended(e) from None
        except BaseException as e:
            if capture.server is None:
                raise self._failed(e) from None
        return module

    def _ended(self, exit_: SystemExit) -> Refused:
        code = "" if exit_.code is None else exit_.code
        return Refused(
            "exit",
            f"{self.name} ended itself with sys.exit({code!s:.200}) while it was loaded, before it"
            " gave a worker to cli.run_app: it is loaded as `python"
            f" {self.name} start`; let it go on with these arguments",
            cut_traceback(exit_),
        )

    def _failed(self, error: BaseException) -> Refused:
        what = last_line(error)
        if isinstance(error, ModuleNotFoundError):
            remedy = f"install what is missing for {sys.executable}, or name another interpreter"
        else:
            remedy = "its traceback follows"
        return Refused("import", f"{self.name} cannot be loaded: {what}; {remedy}", cut_traceback(error))

    def _refuse_second_worker(self, source: bytes, capture: Capture) -> None:
        line = later_run_app(source, capture.line)
        if line:
            raise Refused(
                "two-workers",
                f"{self.name} starts two workers, in lines {capture.line} and {line}: one file is"
                " one worker; move the other to a file of its own",
            )


def later_run_app(source: bytes, line: int) -> int:
    """The line of another call of run_app that would follow the one in this line, or 0."""
    for node in ast.walk(ast.parse(source)):
        for block in (getattr(node, "body", None), getattr(node, "orelse", None)):
            if not isinstance(block, list):
                continue
            for index, statement in enumerate(block):
                if statement.lineno <= line <= (statement.end_lineno or 0):
                    for other in block[index + 1 :]:
                        if found := run_app_call(other):
                            return found
    return 0


def run_app_call(statement: ast.AST) -> int:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return 0
    for node in ast.walk(statement):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name == "run_app":
                return node.lineno
    return 0


def last_line(error: BaseException) -> str:
    """What a traceback's last line says: the exception's type and message on one line."""
    lines = traceback.format_exception_only(type(error), error)
    text = " ".join(" ".join(lines[-1:]).split())
    return text[:500]


def with_remedy(error: BaseException) -> str:
    """The same, and what to do where the app's code lacks the keys that the worker keeps."""
    text = last_line(error)
    lacks = not (os.environ.get("LIVEKIT_API_KEY") and os.environ.get("LIVEKIT_API_SECRET"))
    return f"{text}; {NO_KEYS}" if lacks and "LIVEKIT_API_" in text else text


def cut_traceback(error: BaseException) -> str:
    """The traceback without the frames of this file and of Python's import machinery."""
    report = traceback.TracebackException.from_exception(error)
    part: traceback.TracebackException | None = report
    while part is not None:
        part.stack = traceback.StackSummary.from_list([f for f in part.stack if not is_ours(f)])
        part = part.__cause__ or part.__context__
    return "".join(report.format()).rstrip()[-8000:]


def is_ours(frame: traceback.FrameSummary) -> bool:
    return frame.filename == __file__ or frame.filename.startswith("<frozen importlib")


class App:
    """The user's app: its functions and options, as the installed framework understands them."""

    def __init__(self, server: Any, options: Any = None) -> None:
        self.server = server
        self._options = options

    @staticmethod
    def load(file: AppFile, phases: Phases) -> App:
        phases.run("framework", import_framework)
        capture = Capture()
        capture.install()
        module = phases.run("app", lambda: file.run(capture))
        server = capture.server or only_server(file, module)
        if capture.elsewhere:
            raise Refused(
                "unsupported",
                f"{file.name} starts its worker in a thread of its own ({capture.elsewhere});"
                " call cli.run_app at the end of the file instead",
            )
        app = App(server, capture.options)
        app._check(file)
        app._export()
        return app

    def _check(self, file: AppFile) -> None:
        from livekit.agents.worker import ServerType

        if self.entrypoint is None:
            raise Refused(
                "no-worker",
                f"the AgentServer in {file.name} has no entry point: put @server.rtc_session() before it",
            )
        if self.server._server_type != ServerType.ROOM:
            raise Refused(
                "unsupported",
                f"{file.name} asks for one job per publisher (ServerType.PUBLISHER), and lkagent"
                " serves rooms: use ServerType.ROOM",
            )

    def _export(self) -> None:
        """Gives jobs what the app's code itself has set, as the framework's worker does."""
        names = {"LIVEKIT_URL": "_ws_url", "LIVEKIT_API_KEY": "_api_key", "LIVEKIT_API_SECRET": "_api_secret"}
        for name, attribute in names.items():
            if value := getattr(self.server, attribute, ""):
                os.environ.setdefault(name, value)
        from livekit.agents.utils import http_context

        getattr(http_context, "_set_default_cert_env", lambda: None)()

    @property
    def entrypoint(self) -> Callable[[Any], Awaitable[None]] | None:
        return self.server._entrypoint_fnc

    @property
    def prewarm(self) -> Callable[[Any], Any] | None:
        from livekit.agents import worker

        setup = self.server._setup_fnc
        return None if setup is getattr(worker, "_default_setup_fnc", None) else setup

    @property
    def request_fnc(self) -> Callable[[Any], Awaitable[None]] | None:
        from livekit.agents import worker

        fnc = self.server._request_fnc
        return None if fnc is getattr(worker, "_default_request_fnc", None) else fnc

    @property
    def log_level(self) -> str:
        return str(in_production(self.server._log_level))

    @property
    def runners(self) -> dict[str, Any]:
        from livekit.agents.inference_runner import _InferenceRunner

        return _InferenceRunner.registered_runners

    def preload(self) -> None:
        """Imports what the framework's own fork server would have imported."""
        from livekit.agents.plugin import Plugin

        packages = [plugin.package for plugin in Plugin.registered_plugins]
        packages += getattr(self.server, "_preload_modules", None) or []
        packages += ["av", "livekit.agents.ipc._preload", "livekit.agents.inference._warmup"]
        for package in dict.fromkeys(packages):
            try:
                importlib.import_module(package)
            except ImportError:
                pass  # of another version, or said where it is used
        for module in ("ctypes", "multiprocessing.util", "livekit.agents.ipc.job_proc_lazy_main"):
            importlib.import_module(module)
        guard_api()
        loop = asyncio.new_event_loop()
        loop.run_until_complete(rehearse(None))  # whatever it imports or caches is shared
        loop.close()


def import_framework() -> None:
    version_checked: str
    try:
        import livekit.agents  # noqa: F401
        import livekit.agents.cli  # noqa: F401

        version_checked = framework_version()
    except ModuleNotFoundError as e:
        if (e.name or "").split(".")[0] == "livekit":
            raise Refused(
                "framework-missing",
                f"LiveKit's framework is not installed for {sys.executable}: run {sys.executable} -m"
                " pip install livekit-agents, or name the app's own virtual environment",
            ) from None
        raise Refused("framework-missing", broken(e), cut_traceback(e)) from None
    except Exception as e:
        raise Refused("framework-missing", broken(e), cut_traceback(e)) from None
    if version_numbers(version_checked) < TRIED[0]:
        raise Refused(
            "framework-old",
            f"livekit-agents {version_checked} is too old: lkagent runs {SUPPORTED}; run"
            f" {sys.executable} -m pip install -U livekit-agents",
        )


def broken(error: BaseException) -> str:
    return (
        f"livekit-agents cannot be imported by {sys.executable}: {last_line(error)}; reinstall it"
        " with its dependencies"
    )


def version_numbers(version: str) -> tuple[int, int]:
    numbers = [int(part) if part.isdigit() else 0 for part in version.split(".")[:2]]
    return (numbers + [0, 0])[0], (numbers + [0, 0])[1]


def only_server(file: AppFile, module: types.ModuleType) -> Any:
    """The AgentServer of a file that never calls run_app."""
    from livekit.agents.worker import AgentServer

    found = {n: v for n, v in vars(module).items() if isinstance(v, AgentServer)}
    for name in PREFERRED_NAMES:
        if name in found:
            return found[name]
    different = {id(server) for server in found.values()}
    if len(different) > 1:
        raise Refused(
            "two-workers",
            f"{file.name} has several workers ({', '.join(sorted(found))}) and runs none: one file"
            " is one worker; call cli.run_app with it, or name it server",
        )
    if not found:
        raise Refused(
            "no-worker",
            f"there is no worker in {file.name}: let it call cli.run_app(WorkerOptions(...)), or"
            " keep an AgentServer in a global variable",
        )
    return next(iter(found.values()))


# ---------------------------------------------------------------------------- its options


def in_production(value: Any) -> Any:
    """The value that the framework takes with the command start."""
    from livekit.agents.worker import ServerEnvOption

    return ServerEnvOption.getvalue(value, False)


class Options:
    """The app's options by lkagent's names, each with whether the app itself has set it."""

    _same = (
        "num_idle_processes initialize_process_timeout shutdown_process_timeout drain_timeout"
        " job_memory_warn_mb job_memory_limit_mb load_threshold max_retry host port log_level"
    ).split()
    _permissions = "can_publish can_subscribe can_publish_data can_update_metadata hidden".split()

    def __init__(self, app: App, environment: dict[str, str]) -> None:
        from livekit.agents.worker import AgentServer, ServerOptions

        self._app = app
        self._server = app.server
        self._plain = AgentServer()
        self._fields = {f.name: f.default for f in dataclasses.fields(ServerOptions)}
        self._environment = environment

    def describe(self) -> dict[str, Frame]:
        options = {name: self._option(name) for name in self._same}
        if self._server._session_end_fnc is not None:
            options["session_end_timeout"] = self._option("session_end_timeout")
        options["agent_name"] = self._named("_agent_name", "LIVEKIT_AGENT_NAME")
        options["ws_url"] = self._named("_ws_url", "LIVEKIT_URL")
        permissions = self._server._permissions
        values = {name: bool(getattr(permissions, name, True)) for name in self._permissions}
        default = {name: name != "hidden" for name in self._permissions}
        options["permissions"] = {"value": values, "set": values != default}
        for name in ("api_key", "api_secret"):
            mine = getattr(self._server, f"_{name}", "")
            if mine and mine != self._environment.get(f"LIVEKIT_{name.upper()}", ""):
                options[name] = {"set": True}
        return options

    def _option(self, name: str) -> Frame:
        value = in_production(getattr(self._server, f"_{name}"))
        defaults = [in_production(getattr(self._plain, f"_{name}", None))]
        if name in self._fields and self._fields[name] is not dataclasses.MISSING:
            defaults.append(in_production(self._fields[name]))
        is_set = value not in defaults
        if isinstance(value, float) and not math.isfinite(value):
            value = None  # JSON has no infinity: no limit
        return {"value": value, "set": is_set}

    def _named(self, attribute: str, variable: str) -> Frame:
        value = getattr(self._server, attribute, "") or ""
        return {"value": value, "set": bool(value) and value != self._environment.get(variable)}

    def refused(self) -> list[Frame]:
        from livekit.agents.job import JobExecutorType

        server = self._server
        load = [None, getattr(self._plain, "_load_fnc", None), self._fields.get("load_fnc")]
        found = {
            "load_fnc": (server._load_fnc not in load, "lkagent counts jobs, memory and CPU itself"),
            "job_executor_type": (
                server._job_executor_type is JobExecutorType.THREAD,
                "each room has a process of its own",
            ),
            "prometheus_port": (
                server._prometheus_port is not None,
                "lkagent serves the metrics, see --http",
            ),
            "prometheus_multiproc_dir": (
                bool(getattr(server, "_prometheus_multiproc_dir", None)),
                "lkagent serves the metrics, without those of job processes",
            ),
            "permissions.can_publish_sources": (
                bool(getattr(server._permissions, "can_publish_sources", None)),
                "lkagent cannot narrow the sources; can_publish is taken over",
            ),
        }
        for event in ("worker_started", "worker_registered"):
            handlers = getattr(server, "_events", {}).get(event)
            found[f'on("{event}")'] = (bool(handlers), "the worker is not in this process")
        return [{"option": name, "why": why} for name, (is_so, why) in found.items() if is_so]


# ---------------------------------------------------------------------------- the host


class Tasks:
    """The threads of this process that a fork would lose."""

    @staticmethod
    def others() -> list[str]:
        Tasks._let_libraries_stop_theirs()
        try:
            ids = [int(task) for task in os.listdir("/proc/self/task")]
        except OSError:
            ids = [t.native_id or 0 for t in threading.enumerate()]
        names = {t.native_id: t.name for t in threading.enumerate()}
        main = threading.main_thread().native_id
        return sorted(names.get(i) or Tasks._native_name(i) for i in ids if i != main)

    @staticmethod
    def _let_libraries_stop_theirs() -> None:
        """Forks once for nothing: a library that minds forks (OpenBLAS) ends its threads before."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)

    @staticmethod
    def _native_name(task: int) -> str:
        try:
            with open(f"/proc/self/task/{task}/comm") as comm:
                name = comm.read().strip()
        except OSError:
            name = HOST_TITLE
        # One that was given no name has its process's.
        return "a native library's" if name == HOST_TITLE else f"{name}, a native library's"


class Helper:
    """A process that the host keeps beside the jobs: the decider, or the inference process."""

    def __init__(self, kind: str, host: Host) -> None:
        self.kind = kind
        self._host = host
        self.pid = 0
        self.frames: Frames | None = None
        self._socket: socket.socket | None = None
        self._failures = 0
        self.restart_at = math.inf

    def start(self) -> Callable[[], int] | None:
        """Starts it; in a forked child, what that child is to do."""
        mine, theirs = socket.socketpair()
        if self._host.forks:
            self._host.before_fork()
            parent = os.getpid()
            self.pid = os.fork()
            if self.pid == 0:
                mine.close()
                return lambda: self._host.be_helper(self.kind, theirs, parent)
        else:
            command = [sys.executable, __file__, self.kind, self._host.file.path]
            os.set_inheritable(theirs.fileno(), True)
            environment = {**os.environ, "LKAGENT_HELPER_FD": str(theirs.fileno())}
            self.pid = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], env=environment, stdin=subprocess.DEVNULL
            ).pid
        theirs.close()
        self._host.watch(self.pid)
        self._socket = mine
        self.frames = Frames(mine.fileno(), mine.fileno())
        self.restart_at = math.inf
        return None

    def ended(self) -> None:
        """Plans the next start, the later the more often it has failed."""
        if self._socket is not None:
            self._socket.close()
        self.frames = None
        self.pid = 0
        pause = HELPER_RESTART_S[min(self._failures, len(HELPER_RESTART_S) - 1)]
        self._failures += 1
        self.restart_at = time.monotonic() + pause
        log().error(f"the app's {self.kind} process ended; the next one starts in {pause:.0f} s")

    def worked(self) -> None:
        self._failures = 0

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def kill(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)


class Requests:
    """The questions to the app's request_fnc that have no answer yet."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._asked: dict[str, float] = {}

    def asked(self, id_: str) -> None:
        self._asked[id_] = time.monotonic()

    def answered(self, frame: Frame) -> None:
        # Any answer shows that its event loop runs: the others wait for something of their own.
        for id_ in self._asked:
            self._asked[id_] = time.monotonic()
        if self._asked.pop(str(frame.get("id")), None) is not None:
            self._frames.send(frame)

    def fail_all(self, error: str) -> None:
        for id_ in list(self._asked):
            self.refuse(id_, error)

    def refuse(self, id_: str, error: str) -> None:
        self._asked.pop(id_, None)
        self._frames.say("answer", id=id_, accept=False, terminate=False, error=error)

    def stuck_at(self) -> float:
        return min(self._asked.values(), default=math.inf) + DECIDER_STUCK_S


class Host:
    """The process that has the app loaded once and forks a process for each room."""

    def __init__(self, frames: Frames, path: str | None, may_fork: bool) -> None:
        self._frames = frames
        self._phases = Phases(frames)
        self._path = path
        self._may_fork = may_fork
        self._environment = dict(os.environ)
        self._children: set[int] = set()
        self._helper_pids: set[int] = set()
        self._requests = Requests(frames)
        self._helpers: dict[str, Helper] = {}
        self._wake_read, self._wake_write = -1, -1
        self.file: AppFile
        self.app: App
        self.forks = True

    def start(self) -> Callable[[], int] | None:
        """Loads the app and says what it is; in a forked child, what that child is to do."""
        self._phases.hello(runtime_name())
        self.file = AppFile(self._path)
        self.file.prepare()
        self.app = App.load(self.file, self._phases)
        set_up_logs(log_level(self.app))
        if why := self._why_not_fork():
            self.forks = False
        else:
            self._phases.run("preload", self.app.preload)
            if why := self._threads():
                self.forks = False
        self._watch_children()
        gc.collect()
        gc.freeze()
        if self.app.request_fnc is not None:
            self._helpers["decider"] = Helper("decider", self)
        if self.app.runners:
            self._helpers["inference"] = Helper("inference", self)
        for helper in self._helpers.values():
            if child := helper.start():
                return child
        self._await_inference()
        self._describe(why)
        return None

    def _why_not_fork(self) -> str:
        if not self._may_fork:
            return "--no-fork"
        if self.app.server._mp_ctx_str == "spawn":
            return 'the app sets multiprocessing_context="spawn"'
        return self._threads()

    @staticmethod
    def _threads() -> str:
        names = Tasks.others()
        if not names:
            return ""
        count = "a thread" if len(names) == 1 else f"{len(names)} threads"
        return f"the app's import started {count} ({', '.join(names[:8])})"

    def _await_inference(self) -> None:
        helper = self._helpers.get("inference")
        if helper is None or helper.frames is None:
            return
        start = time.monotonic_ns()
        ready, _, _ = select.select(
            [helper.frames.read_fd, self._frames.read_fd], [], [], INFERENCE_INIT_S
        )
        if self._frames.read_fd in ready and helper.frames.read_fd not in ready:
            return  # the worker wants something; the description may come before the models
        if not ready or not helper.frames.receive():
            raise Refused(
                "import",
                f"the inference process of {self.file.name} ended while it loaded its models"
                if ready
                else f"the models of {self.file.name} were not loaded within {INFERENCE_INIT_S:.0f} s",
            )
        self._phases.ended("inference", start)

    def _describe(self, why: str) -> None:
        from livekit.agents.plugin import Plugin

        options = Options(self.app, self._environment)
        self._frames.say(
            "app",
            framework="livekit-agents",
            version=framework_version(),
            tried=version_numbers(framework_version()) in TRIED,
            mode="fork" if self.forks else "spawn",
            why=why,
            agent_name=self.app.server._agent_name,
            requests=self.app.request_fnc is not None,
            inference=bool(self.app.runners),
            options=options.describe(),
            refused=options.refused(),
            plugins=[
                f"{p.package.removeprefix('livekit.plugins.')} {p.version}"
                for p in Plugin.registered_plugins
            ],
        )

    def _watch_children(self) -> None:
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    # -- the loop

    def serve(self) -> Callable[[], int] | None:
        """Does what the worker asks until it is gone; in a forked child, what that child is to do."""
        while True:
            ready = self._wait()
            if self._wake_read in ready:
                self._reap()
            for helper in self._helpers.values():
                if helper.frames is not None and helper.frames.read_fd in ready:
                    self._hear(helper)
            if child := self._renew_helpers():
                return child
            if self._frames.read_fd in ready:
                frames = self._frames.receive()
                if frames is None:
                    return None
                for frame in frames:
                    if frame["type"] == "quit":
                        return None
                    if child := self._obey(frame):
                        return child

    def _wait(self) -> list[int]:
        sources = [self._frames.read_fd, self._wake_read]
        sources += [h.frames.read_fd for h in self._helpers.values() if h.frames is not None]
        due = min([h.restart_at for h in self._helpers.values()] + [self._requests.stuck_at()])
        poll = select.poll()
        for source in sources:
            poll.register(source, select.POLLIN)
        timeout = None if due == math.inf else max(0.0, (due - time.monotonic()) * 1000 + 1)
        return [fd for fd, _ in poll.poll(timeout)]

    def _obey(self, frame: Frame) -> Callable[[], int] | None:
        kind = frame["type"]
        if kind == "ping":
            self._frames.say("pong", t=frame.get("t"))
        elif kind == "request":
            self._ask(frame)
        elif kind == "fork":
            return self._fork(frame)
        return None

    def _ask(self, frame: Frame) -> None:
        id_ = str(frame.get("id"))
        decider = self._helpers.get("decider")
        if decider is None or decider.frames is None:
            self._requests.refuse(id_, "the process that runs request_fnc is being restarted")
            return
        self._requests.asked(id_)
        decider.frames.send(frame)

    def _hear(self, helper: Helper) -> None:
        frames = helper.frames.receive() if helper.frames is not None else None
        if frames is None:
            helper.ended()
            if helper.kind == "decider":
                self._requests.fail_all("the process that runs request_fnc ended")
            return
        helper.worked()
        for frame in frames:
            if frame["type"] == "answer":
                self._requests.answered(frame)

    def _renew_helpers(self) -> Callable[[], int] | None:
        now = time.monotonic()
        if self._requests.stuck_at() <= now:
            log().error(f"request_fnc has not answered for {DECIDER_STUCK_S:.0f} s: its process is replaced")
            self._helpers["decider"].kill()
            self._requests.fail_all("request_fnc does not answer")
        for helper in self._helpers.values():
            if helper.restart_at <= now:
                if child := helper.start():
                    return child
        return None

    # -- children

    def watch(self, helper: int) -> None:
        self._helper_pids.add(helper)

    def before_fork(self) -> None:
        sys.stdout.flush()
        sys.stderr.flush()

    def _fork(self, frame: Frame) -> Callable[[], int] | None:
        id_, path = str(frame.get("id")), str(frame.get("socket"))
        sockets: list[socket.socket] = []
        try:
            for stream in ("protocol", "output", "life"):
                sockets.append(connect(path, id_, stream))
            self.before_fork()
            pid = os.fork()
        except OSError as e:
            for sock in sockets:
                sock.close()
            self._frames.say("fork-failed", id=id_, error=f"{type(e).__name__}: {e}")
            return None
        if pid == 0:
            Phases.began = time.monotonic_ns()
            environment = {str(k): str(v) for k, v in (frame.get("env") or {}).items()}
            return lambda: self._be_job(sockets, environment)
        for sock in sockets:
            sock.close()
        self._children.add(pid)
        self._frames.say("forked", id=id_, pid=pid)
        return None

    def _reap(self) -> None:
        try:
            os.read(self._wake_read, 4096)
        except OSError:
            pass
        for pid in list(self._children):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                self._children.discard(pid)
                self._frames.say("exited", pid=pid, status=status)
        for pid in list(self._helper_pids):
            if os.waitpid(pid, os.WNOHANG)[0]:
                self._helper_pids.discard(pid)

    def _be_job(self, sockets: list[socket.socket], environment: dict[str, str]) -> int:
        protocol, output, life = sockets
        os.setsid()
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
        output.close()
        self._drop()
        ignore_operators_signals()
        if "LKAGENT_CHILD_ID" in environment:
            show_child_id(environment["LKAGENT_CHILD_ID"])
        os.environ.update(environment)
        die_with_peer(life)
        fd = protocol.detach()
        return JobProcess(Frames(fd, fd), self.app).run(forked=True)

    def be_helper(self, kind: str, sock: socket.socket, parent: int) -> int:
        self._drop()
        ignore_operators_signals()
        die_with_parent(parent)
        return be_helper(kind, sock, self.app)

    def _drop(self) -> None:
        """Closes what is the host's, in a child of it."""
        forget_the_parent()
        for fd in {self._frames.read_fd, self._frames._write_fd, self._wake_read, self._wake_write}:
            os.close(fd)
        for helper in self._helpers.values():
            helper.close()
        self._helpers.clear()


def connect(path: str, id_: str, stream: str) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX)
    try:
        sock.settimeout(5)
        sock.connect(path)
        sock.sendall(json.dumps({"id": id_, "stream": stream}).encode() + b"\n")
        sock.settimeout(None)
    except OSError:
        sock.close()
        raise
    return sock


def be_helper(kind: str, sock: socket.socket, app: App) -> int:
    title(f"lkagent:{kind}")
    if kind == "decider":
        Decider(sock, app).run()
    else:
        Inference(sock, app).run()
    return 0


# ---------------------------------------------------------------------------- a job process


class JobProcess:
    """The process of one room: it warms up, waits for its job and has the framework run it."""

    def __init__(self, frames: Frames, app: App | None) -> None:
        self._frames = frames
        self._phases = Phases(frames)
        self._app = app
        self._incoming = frames.until_end()
        self._initialised = threading.Event()

    def run(self, *, forked: bool) -> int:
        import multiprocessing

        title("lkagent:idle")
        let_own_children_be_terminated()
        multiprocessing.current_process().name = "job_proc"  # the framework looks at it
        if forked:
            self.hello()
        assert self._app is not None
        app = self._app
        if app.prewarm is None and forked:
            job = self._warm_up(app)
        else:
            with Answering(self._frames, self._initialised):
                job = self._warm_up(app)
        if job is None:
            return 1
        self._await_init()
        self._frames.say("ready")
        job.run(self._await_start)
        return 0

    def hello(self) -> None:
        self._phases.hello(runtime_name())

    def load(self, path: str | None) -> App:
        """Loads the app in a process that was not forked."""
        with Answering(self._frames, self._initialised):
            file = AppFile(path)
            file.prepare()
            app = App.load(file, self._phases)
            set_up_logs(log_level(app))
            with not_the_first_process():
                self._phases.run("preload", app.preload)
        self._app = app
        return app

    def _warm_up(self, app: App) -> FrameworkJob | None:
        start = time.monotonic_ns()
        job = FrameworkJob(self._frames, app)
        error = job.initialise()
        self._phases.ended("prewarm", start)
        if error is not None:
            log().error("prewarm failed", exc_info=error)
            self._frames.say("failed", error=f"prewarm failed: {with_remedy(error)}")
            return None
        return job

    def _await_init(self) -> None:
        """The warm-up needs nothing of it, but ready is said after it."""
        if not self._initialised.is_set():
            self._await("init")

    def _await_start(self) -> Frame:
        return self._await("start")

    def _await(self, type_: str) -> Frame:
        for frame in self._incoming:
            if frame["type"] == "ping":
                self._frames.say("pong", t=frame.get("t"))
            elif frame["type"] == type_:
                return frame
            elif frame["type"] == "shutdown":
                break
        leave(0)


class not_the_first_process:
    """Keeps the framework's warm-up from loading what only a process that forks should load."""

    def __enter__(self) -> None:
        import multiprocessing

        self._original = multiprocessing.parent_process
        multiprocessing.parent_process = lambda: self  # type: ignore[assignment, return-value]

    def __exit__(self, *_: object) -> None:
        import multiprocessing

        multiprocessing.parent_process = self._original


class Answering:
    """A thread that answers the worker while the app's code warms up in the main thread."""

    def __init__(self, frames: Frames, initialised: threading.Event) -> None:
        self._frames = frames
        self._initialised = initialised
        self._stop_read, self._stop_write = os.pipe()
        self._thread = threading.Thread(target=self._run, name="lkagent", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        os.write(self._stop_write, b".")
        self._thread.join()
        os.close(self._stop_read)
        os.close(self._stop_write)

    def _run(self) -> None:
        poll = select.poll()
        poll.register(self._frames.read_fd, select.POLLIN)
        poll.register(self._stop_read, select.POLLIN)
        while True:
            ready = [fd for fd, _ in poll.poll()]
            if self._stop_read in ready:
                return
            frames = self._frames.receive()
            if frames is None:
                os._exit(0)
            for frame in frames:
                if frame["type"] == "ping":
                    self._frames.say("pong", t=frame.get("t"))
                elif frame["type"] == "init":
                    self._initialised.set()
                elif frame["type"] == "shutdown":
                    os._exit(0)


class FrameworkJob:
    """The framework's own job runner, with this process in the place of its worker."""

    def __init__(self, frames: Frames, app: App) -> None:
        from livekit.agents.ipc import job_proc_lazy_main as lazy_main
        from livekit.agents.ipc.proc_client import _dump_stack_traces, _ProcClient
        from livekit.agents.job import JobExecutorType

        signal.signal(signal.SIGUSR1, _dump_stack_traces)
        self._app = app
        self._error: BaseException | None = None
        self._here, there = socket.socketpair()
        self._bridge = JobBridge(frames, self._here, InferenceLink() if app.runners else None)
        extra = {}
        if (simulated := getattr(app.server, "_simulation_end_fnc", None)) is not None:
            extra["simulation_end_fnc"] = simulated
        self._runner = lazy_main._JobProc(
            self._prewarm,
            self._bridge.around(app.entrypoint),
            app.server._session_end_fnc,
            session_end_timeout=app.server._session_end_timeout,
            executor_type=JobExecutorType.PROCESS,
            user_arguments=None,
            **extra,
        )
        bridge = self._bridge

        class Client(_ProcClient):
            """The framework's client, whose messages to its worker are heard here."""

            async def send(self, msg: Any) -> None:
                await bridge.heard(msg)

        self._client = Client(there, None, self._runner.initialize, self._run)
        self._bridge.monitor = LateMonitor()
        keep_engine_threads()

    def _prewarm(self, process: Any) -> None:
        try:
            if self._app.prewarm is not None:
                self._app.prewarm(process)
        except BaseException as e:
            self._error = e
            raise RuntimeError("prewarm failed") from None

    def initialise(self) -> BaseException | None:
        """Runs the app's prewarm; what it raised, if it did."""
        from livekit.agents.ipc import channel, proto
        from livekit.agents.utils.aio import duplex_unix

        # Without a ping interval the framework does not end the process when its worker is silent.
        request = proto.InitializeRequest(http_proxy=getattr(self._app.server, "_http_proxy", "") or "")
        wire = duplex_unix._Duplex.open(self._here)
        channel.send_message(wire, request)
        try:
            self._client.initialize()
        except Exception as e:
            return self._error or e
        channel.recv_message(wire, proto.IPC_MESSAGES)
        wire.detach()
        return None

    def run(self, await_start: Callable[[], Frame]) -> None:
        """Runs the job until the process may leave, once there is one."""
        self._await_start = await_start
        self._client.run()
        # Its native library still tells the loop of things, which is closed.
        logging.getLogger("livekit").setLevel(logging.CRITICAL + 1)

    async def _run(self, messages: Any) -> None:
        await self._bridge.open()
        job = asyncio.ensure_future(self._runner.entrypoint(messages))
        try:
            await asyncio.sleep(0)  # up to where the framework waits for its job
            await rehearse(self._runner._job_proc)
            # Nothing else runs in this loop yet: it may as well stand still.
            await self._bridge.begin(self._await_start(), self._runner)
            await job
        finally:
            job.cancel()
            await self._bridge.close()


class JobBridge:
    """What is between lkagent's job protocol and the framework's, in the job's event loop."""

    def __init__(self, frames: Frames, wire: socket.socket, inference: InferenceLink | None) -> None:
        self._frames = frames
        self._wire = wire
        self._out: Any = None
        self.job: Frame = {}
        self._failure: BaseException | None = None
        self._over = False
        self._asked_to_end = asyncio.Event()
        self._participants = 0
        self._inference = inference
        self._dev: DevRoom | None = None
        self.monitor: LateMonitor
        self._tasks: set[asyncio.Task[Any]] = set()

    async def open(self) -> None:
        from livekit.agents.utils.aio import duplex_unix

        self._out = await duplex_unix._AsyncDuplex.open(self._wire)

    async def begin(self, start: Frame, runner: Any) -> None:
        """Hands the framework its job: directly, for its own wire would take two rounds more."""
        self.job = start
        os.environ.setdefault("LIVEKIT_URL", str(start.get("url") or ""))
        asyncio.get_running_loop().add_reader(self._frames.read_fd, self._read)
        if start.get("media") == "dev":
            self._dev = DevRoom(start, self)
        request = start_request(start)
        if hasattr(runner, "_start_job"):
            runner._start_job(request)
        else:
            await self.tell(request)
        self._obey(self._frames.unseen())

    async def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._frames.read_fd)
        if self._inference is not None:
            self._inference.close()
        if self._dev is not None:
            await self._dev.leave()

    async def tell(self, message: Any) -> None:
        """Says something to the framework in its worker's place, if it still listens."""
        from livekit.agents.ipc import channel
        from livekit.agents.utils.aio import duplex_unix

        try:
            await channel.asend_message(self._out, message)
        except duplex_unix.DuplexClosed:
            pass

    # -- from the worker

    def _read(self) -> None:
        frames = self._frames.receive()
        if frames is None:
            asyncio.get_running_loop().remove_reader(self._frames.read_fd)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(ORPHAN_S)
            self.shut_down("the worker is gone")
            return
        self._obey(frames)

    def _obey(self, frames: list[Frame]) -> None:
        for frame in frames:
            if frame["type"] == "ping":
                self._frames.say("pong", t=frame.get("t"))
            elif frame["type"] == "shutdown":
                self.shut_down(str(frame.get("reason") or ""), asked=True)

    def shut_down(self, reason: str, *, asked: bool = False) -> None:
        """Has the framework end the job, once; the worker needs no `done` that it asked for."""
        from livekit.agents.ipc import proto

        if asked or reason == "the worker is gone":
            self._asked_to_end.set()
        if not self._over:
            self._over = True
            self.spawn(self.tell(proto.ShutdownRequest(reason=reason)))

    def spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- from the framework

    async def heard(self, message: Any) -> None:
        from livekit.agents.ipc import proto

        if isinstance(message, proto.Exiting):
            await self._ending(message.reason)
        elif isinstance(message, proto.InferenceRequest):
            if self._inference is None:
                error = "the app has registered no inference runner"
                await self.tell(proto.InferenceResponse(request_id=message.request_id, error=error))
            else:
                self.spawn(self._inference.ask(message, self))

    async def _ending(self, reason: str) -> None:
        """Holds the job in its room until the server has heard how it ended."""
        self._over = True
        if self._asked_to_end.is_set():
            return
        if self._failure is not None:
            self._frames.say("done", status="failed", reason=with_remedy(self._failure))
        elif self._dev is not None and self._dev.lost:
            self._frames.say("done", status="failed", reason=reason)
        else:
            self._frames.say("done", status="success", reason=reason)
        try:
            await asyncio.wait_for(self._asked_to_end.wait(), HOLD_S)
        except asyncio.TimeoutError:
            pass

    # -- around the app

    def around(self, entrypoint: Any) -> Any:
        """The app's entry point, with its begin, its failure and its room's people seen."""

        @functools.wraps(entrypoint)
        async def watched(context: Any) -> None:
            self._watch(context)
            try:
                await self._join(context)
                title("lkagent:job")
                self.monitor.begin()
                await entrypoint(context)
            except Exception as e:
                self._failure = e
                raise
            except SystemExit as e:
                status = "failed" if e.code else "success"
                self._frames.say("done", status=status, reason=f"sys.exit({e.code or ''})")
                raise

        return watched

    async def _join(self, context: Any) -> None:
        try:
            if self._dev is not None:
                await self._dev.join(context)
        finally:
            self._frames.say("running")

    def _watch(self, context: Any) -> None:
        room = context.room
        if self.job.get("media") == "dev":
            return
        connect_to_room = room.connect

        async def connecting(*arguments: Any, **options: Any) -> None:
            await connect_to_room(*arguments, **options)
            self._count(room)

        room.connect = connecting
        room.on("participant_connected", lambda *_: self._count(room))
        room.on("participant_disconnected", lambda *_: self._count(room))

    def _count(self, room: Any) -> None:
        from livekit.agents.job import DEFAULT_PARTICIPANT_KINDS

        people = room.remote_participants.values()
        self.seen(sum(1 for p in people if p.kind in DEFAULT_PARTICIPANT_KINDS))

    def seen(self, participants: int) -> None:
        if participants != self._participants:
            self._participants = participants
            self._frames.say("activity", participants=participants, messages=0)


class LateMonitor:
    """The framework's watch over its event loop, from when there is a job, and at less cost.

    It wakes the process a hundred times a second, more than half of what an agent costs that only
    listens, and its thread would hold up the job's own begin. It looks twice in the shortest time
    that it tells of, instead of five times: a block that is half as long again is told for certain.
    """

    def __init__(self) -> None:
        self._asked: Callable[[], Any] | None = None
        try:
            from livekit.agents.telemetry import loop_monitor
        except ImportError:
            return  # a version without it
        self._module: Any = loop_monitor
        self._module._TICKS_PER_WARN_THRESHOLD = 2
        self._original = loop_monitor.start_monitoring
        loop_monitor.start_monitoring = self._note

    def _note(self, *arguments: Any, **options: Any) -> None:
        self._asked = lambda: self._original(*arguments, **options)

    def begin(self) -> None:
        """Called where the framework itself would have told it of the job."""
        if self._asked is None:
            return
        self._module.start_monitoring = self._original
        monitor = self._asked()
        self._asked = None
        tell = getattr(monitor, "set_report_context", None)
        if tell is not None:
            tell(contextvars.copy_context())


def keep_engine_threads() -> None:
    """Lets the threads of LiveKit's media engine keep their state in Python.

    The engine tells Python each line of its log, some 1,500 of them until it is connected. A thread
    that Python does not know gets a state with fresh memory for each call, which was a fifth of what
    a connection costs.
    """
    import ctypes

    try:
        from livekit.rtc import _ffi_client as engine

        heard, of_engine = engine.ffi_event_callback, engine.ffi_cb_fnc
    except (ImportError, AttributeError) as e:
        log().debug("this version's media engine keeps its own threads", exc_info=e)
        return
    # Called with the interpreter's lock held: it need not be fought for once more.
    hear = ctypes.PYFUNCTYPE(None, *of_engine._argtypes_)(ctypes.cast(heard, ctypes.c_void_p).value)
    hear.original = heard  # nobody else keeps what lies at that address
    known = threading.local()

    @of_engine
    def hear_on_kept_thread(data: Any, length: int) -> None:
        if not hasattr(known, "kept"):
            known.kept = ctypes.pythonapi.PyGILState_Ensure()  # never released
        hear(data, length)

    engine.ffi_event_callback = hear_on_kept_thread


async def rehearse(process: Any) -> None:
    """Makes for nothing what the framework makes at a job's start.

    A forked process has its memory copied page by page as it is first written to, which takes
    longer than the work itself: better now than with a caller waiting.
    """
    try:
        from livekit import rtc
        from livekit.agents.job import JobContext

        context = JobContext(
            proc=process,
            info=start_request({"accept": {}, "job": {}}).running_job,
            room=rtc.Room(),
            on_connect=lambda: None,
            on_shutdown=lambda reason: None,
            inference_executor=None,  # type: ignore[arg-type]
        )
        context.room.on("disconnected", lambda *_: None)
        context._tempdir.cleanup()
        rehearse_tracing(context)
        await asyncio.ensure_future(asyncio.sleep(0))
    except Exception as e:
        log().debug("the framework's start of a job cannot be rehearsed", exc_info=e)


def rehearse_tracing(context: Any) -> None:
    """The same for a job's first span, unless somebody would see it."""
    from livekit.agents import job
    from livekit.agents.ipc import job_proc_lazy_main
    from livekit.agents.telemetry import tracer
    from opentelemetry import trace

    getattr(job, "_observability_url", str)("ws://127.0.0.1")
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        span = getattr(job_proc_lazy_main, "_start_job_span", lambda _: None)(context)
        if span is not None:
            with tracer.use_span(span, end_on_exit=False):
                contextvars.copy_context()


def start_request(start: Frame) -> Any:
    from livekit.agents.ipc import proto

    request = proto.StartJobRequest()
    request.running_job = running_job(start)
    return request


def running_job(start: Frame) -> Any:
    """The framework's description of the job that the worker has sent."""
    from livekit.agents.job import JobAcceptArguments, RunningJobInfo

    accept = start.get("accept") or {}
    known = {field.name for field in dataclasses.fields(RunningJobInfo)}
    times = {"received_at": "received_ms", "accepted_at": "accepted_ms", "assigned_at": "assigned_ms"}
    optional = {
        name: float(start.get(source) or 0) / 1000 for name, source in times.items() if name in known
    }
    if "launched_at" in known:
        optional["launched_at"] = time.time()
    return RunningJobInfo(
        accept_arguments=JobAcceptArguments(
            name=accept.get("name") or "",
            identity=accept.get("identity") or start.get("identity") or "",
            metadata=accept.get("metadata") or "",
            attributes=accept.get("attributes") or {},
        ),
        job=job_of(start),
        url=str(start.get("url") or ""),
        token=str(start.get("token") or ""),
        worker_id=str(start.get("worker_id") or ""),
        fake_job=start.get("media") == "dev",
        **optional,
    )


def job_of(start: Frame) -> Any:
    from livekit.protocol import agent

    job = agent.Job()
    if proto := start.get("job_proto"):
        job.ParseFromString(base64.b64decode(proto))
        return job
    described, room = start.get("job") or {}, start.get("room") or {}
    job.id = described.get("id") or ""
    job.dispatch_id = described.get("dispatch_id") or ""
    job.agent_name = described.get("agent_name") or ""
    job.metadata = described.get("metadata") or ""
    job.room.name = room.get("name") or ""
    job.room.sid = room.get("sid") or ""
    job.room.metadata = room.get("metadata") or ""
    return job


def guard_api() -> None:
    """Has ctx.api say what to do where the worker keeps the key to itself."""
    from livekit.agents.job import JobContext

    original = getattr(JobContext.__dict__.get("api"), "func", None)
    if original is None:
        return

    def api(self: Any) -> Any:
        if not (os.environ.get("LIVEKIT_API_KEY") and os.environ.get("LIVEKIT_API_SECRET")):
            log().error(f"ctx.api and ctx.delete_room do nothing here: {NO_KEYS}")
            raise RuntimeError(NO_KEYS)
        return original(self)

    guarded = functools.cached_property(api)
    guarded.__set_name__(JobContext, "api")
    JobContext.api = guarded


class DevRoom:
    """The agent's place in a room of lkagent's dev server, where there is no media."""

    _ends = {"room_closed": "room-closed", "removed": "participant-removed"}

    def __init__(self, start: Frame, bridge: JobBridge) -> None:
        from livekit.agents.ipc.mock_room import create_mock_room

        self._start = start
        self._bridge = bridge
        self._socket: Any = None
        self._session: Any = None
        self._people: set[str] = set()
        self._left = False
        self.lost = False
        room = create_mock_room()  # one per process: the framework's own job gets the same
        room.name = (start.get("room") or {}).get("name") or ""
        room.disconnect.side_effect = self.leave

    async def join(self, context: Any) -> None:
        """Enters the room; a job whose room cannot be entered fails with one line."""
        import aiohttp

        address = f"{str(self._start.get('url')).rstrip('/')}/dev/join"
        headers = {"Authorization": f"Bearer {self._start.get('token')}"}
        self._session = aiohttp.ClientSession()
        try:
            self._socket = await self._session.ws_connect(address, headers=headers)
            first = await self._socket.receive_json()
        except (aiohttp.ClientError, OSError, TypeError, ValueError) as e:
            await self.leave()
            raise RuntimeError(f"cannot join the dev server's room: {type(e).__name__}: {e}") from None
        if first.get("type") != "joined":
            await self.leave()
            raise RuntimeError(f"cannot join the dev server's room: {first.get('message', first)}")
        identity = (first.get("participant") or {}).get("identity", "agent")
        context.room.local_participant.identity = identity
        for participant in first.get("participants") or []:
            self._note(participant, True)
        self._bridge.spawn(self._follow())

    async def _follow(self) -> None:
        reason = "connection-lost"
        async for message in self._socket:
            try:
                event = json.loads(message.data)
            except (TypeError, ValueError):
                continue
            kind = event.get("type")
            if kind in ("participant_joined", "participant_left"):
                self._note(event.get("participant") or {}, kind == "participant_joined")
            elif kind in self._ends:
                reason = self._ends[kind]
        if not self._left:
            self.lost = reason == "connection-lost"
            self._bridge.shut_down(reason)

    def _note(self, participant: Frame, is_in: bool) -> None:
        if str(participant.get("kind", "")).upper() == "AGENT":
            return
        (self._people.add if is_in else self._people.discard)(str(participant.get("identity")))
        self._bridge.seen(len(self._people))

    async def leave(self, *_: Any) -> None:
        self._left = True
        if self._socket is not None:
            await self._socket.close()
        if self._session is not None:
            await self._session.close()


# ---------------------------------------------------------------------------- request_fnc


class Decider:
    """The process that asks the app's request_fnc whether to take a job."""

    def __init__(self, sock: socket.socket, app: App) -> None:
        self._frames = Frames(sock.fileno(), sock.fileno())
        self._socket = sock
        self._request_fnc: Any = app.request_fnc

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        end = asyncio.Event()
        tasks: set[asyncio.Task[None]] = set()

        def read() -> None:
            frames = self._frames.receive()
            if frames is None:
                os._exit(0)
            for frame in frames:
                task = loop.create_task(self._answer(frame))
                tasks.add(task)
                task.add_done_callback(tasks.discard)

        loop.add_reader(self._frames.read_fd, read)
        await end.wait()

    async def _answer(self, frame: Frame) -> None:
        from livekit.agents.job import JobRequest
        from livekit.protocol import agent

        answer = Answer(self._frames, str(frame.get("id")))
        try:
            job = agent.Job()
            job.ParseFromString(base64.b64decode(frame.get("job") or ""))
            request = JobRequest(job=job, on_reject=answer.reject, on_accept=answer.accept)
            result = self._request_fnc(request)
            if hasattr(result, "__await__"):
                await result
            answer.none("request_fnc ended without accepting or rejecting the job")
        except Exception as e:
            log().error("request_fnc failed", exc_info=e)
            answer.none(last_line(e))


class Answer:
    """What a request_fnc says about one job; its first word counts."""

    def __init__(self, frames: Frames, id_: str) -> None:
        self._frames = frames
        self._id = id_
        self._given = False

    async def accept(self, arguments: Any) -> None:
        self._say(
            accept=True,
            identity=arguments.identity,
            name=arguments.name,
            metadata=arguments.metadata,
            attributes={str(k): str(v) for k, v in (arguments.attributes or {}).items()},
        )

    async def reject(self, terminate: bool = True) -> None:
        self._say(accept=False, terminate=bool(terminate))

    def none(self, error: str) -> None:
        self._say(accept=False, terminate=False, error=error)

    def _say(self, **members: Any) -> None:
        if not self._given:
            self._given = True
            self._frames.say("answer", id=self._id, **members)


# ---------------------------------------------------------------------------- inference


def inference_path() -> str:
    return os.path.join(os.environ.get("LKAGENT_APP_DIR") or ".", "inference.sock")


class Inference:
    """The process in which the framework's inference runners (turn detection) serve all jobs."""

    def __init__(self, sock: socket.socket, app: App) -> None:
        self._host = Frames(sock.fileno(), sock.fileno())
        self._socket = sock
        self._runners = app.runners
        self._asked: dict[str, Any] = {}

    def run(self) -> None:
        import multiprocessing

        multiprocessing.current_process().name = "agents_inference_process"
        from livekit.agents.ipc import inference_proc_lazy_main as lazy_main
        from livekit.agents.ipc import proto

        process = lazy_main._InferenceProc(self._runners)
        process.initialize(proto.InitializeRequest(), self)
        asyncio.run(self._serve(process))

    async def _serve(self, process: Any) -> None:
        from livekit.agents.utils import aio

        self._queue: Any = aio.Chan()
        path = inference_path()
        if os.path.exists(path):
            os.unlink(path)
        loop = asyncio.get_running_loop()
        loop.add_reader(self._host.read_fd, lambda: self._host.receive() is None and os._exit(0))
        server = await asyncio.start_unix_server(self._connected, path)
        self._host.say("ready")
        async with server:
            await process.entrypoint(self._queue)

    async def _connected(self, reader: Any, writer: Any) -> None:
        from livekit.agents.ipc import channel, proto
        from livekit.agents.utils.aio import duplex_unix

        wire = duplex_unix._AsyncDuplex(writer.get_extra_info("socket"), reader, writer)
        try:
            await channel.asend_message(wire, proto.InitializeResponse())
            while True:
                message = await channel.arecv_message(wire, proto.IPC_MESSAGES)
                if isinstance(message, proto.InferenceRequest):
                    self._asked[message.request_id] = wire
                    self._queue.send_nowait(message)
        except duplex_unix.DuplexClosed:
            pass
        finally:
            writer.close()

    async def send(self, message: Any) -> None:
        """Hands a runner's result to the job that asked; the framework calls it."""
        from livekit.agents.ipc import channel
        from livekit.agents.utils.aio import duplex_unix

        wire = self._asked.pop(getattr(message, "request_id", ""), None)
        if wire is not None:
            try:
                await channel.asend_message(wire, message)
            except duplex_unix.DuplexClosed:
                pass  # the job has ended


class InferenceLink:
    """A job's connection to the inference process, made when it is first needed."""

    def __init__(self) -> None:
        self._wire: Any = None
        self._lock = asyncio.Lock()
        self._open: set[str] = set()

    async def ask(self, request: Any, bridge: JobBridge) -> None:
        """Passes one request on; the answer, or the failure, goes back over the bridge."""
        from livekit.agents.ipc import channel, proto
        from livekit.agents.utils.aio import duplex_unix

        self._open.add(request.request_id)
        try:
            async with self._lock:
                if self._wire is None:
                    self._wire = await self._connect()
                    bridge.spawn(self._listen(self._wire, bridge))
            await channel.asend_message(self._wire, request)
        except (OSError, AttributeError, duplex_unix.DuplexClosed):
            await self._fail(bridge)

    async def _connect(self) -> Any:
        """Connects, and waits for the greeting: a process that is ending accepts nobody."""
        from livekit.agents.ipc import channel, proto
        from livekit.agents.utils.aio import duplex_unix

        deadline = time.monotonic() + INFERENCE_CONNECT_S
        while True:
            sock = socket.socket(socket.AF_UNIX)
            try:
                sock.connect(inference_path())
                wire = await duplex_unix._AsyncDuplex.open(sock)
                await channel.arecv_message(wire, proto.IPC_MESSAGES)
                return wire
            except (OSError, duplex_unix.DuplexClosed):
                sock.close()
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.1)

    async def _listen(self, wire: Any, bridge: JobBridge) -> None:
        from livekit.agents.ipc import channel, proto
        from livekit.agents.utils.aio import duplex_unix

        try:
            while True:
                message = await channel.arecv_message(wire, proto.IPC_MESSAGES)
                self._open.discard(getattr(message, "request_id", ""))
                await bridge.tell(message)
        except duplex_unix.DuplexClosed:
            self._wire = None
            await self._fail(bridge)

    async def _fail(self, bridge: JobBridge) -> None:
        from livekit.agents.ipc import proto

        waiting, self._open = self._open, set()
        for id_ in waiting:
            error = "the inference process has ended"
            await bridge.tell(proto.InferenceResponse(request_id=id_, error=error))

    def close(self) -> None:
        if self._wire is not None:
            self._wire._writer.close()


# ---------------------------------------------------------------------------- main


def main() -> NoReturn:
    role, path = sys.argv[1], (sys.argv[2] if len(sys.argv) > 2 else None)
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    # From 1.29 on onnxruntime, which most VADs bring, reports to its maker by a thread that it starts
    # when it is imported; a process with that thread cannot be forked. Whoever wants it sets it to 0.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    if role.startswith("host"):
        be_host(path, may_fork=role == "host")
    elif role == "job":
        be_job(path)
    else:
        be_spawned_helper(role, path)


def be_host(path: str | None, *, may_fork: bool) -> NoReturn:
    frames = Frames.inherited()
    ignore_operators_signals()
    title(HOST_TITLE)
    host = Host(frames, path, may_fork)
    try:
        child = host.start() or host.serve()
    except Refused as e:
        frames.say("failed", kind=e.kind, error=e.error, detail=e.detail)
        leave(1)
    if child is None:
        leave(0)
    leave_as_child(child)


def leave_as_child(child: Callable[[], int]) -> NoReturn:
    try:
        code = child()
    except SystemExit:
        code = 0  # the app's own end of its process; what it means for the job is said
    except BaseException:
        traceback.print_exc()
        code = 70
    leave(code)


def be_job(path: str | None) -> NoReturn:
    frames = Frames.inherited()
    ignore_operators_signals()
    job = JobProcess(frames, None)
    job.hello()
    try:
        job.load(path)
    except Refused as e:
        if e.detail:
            print(e.detail, file=sys.stderr)
        frames.say("failed", error=e.error)
        leave(1)
    leave_as_child(lambda: job.run(forked=False))


def be_spawned_helper(kind: str, path: str | None) -> NoReturn:
    parent = os.getppid()
    sock = socket.socket(fileno=int(os.environ.pop("LKAGENT_HELPER_FD")))
    os.set_inheritable(sock.fileno(), False)
    ignore_operators_signals()
    die_with_parent(parent)
    file = AppFile(path)
    file.prepare()
    silent = Frames(-1, os.open(os.devnull, os.O_WRONLY))
    app = App.load(file, Phases(silent))
    set_up_logs(log_level(app))
    leave_as_child(lambda: be_helper(kind, sock, app))


if __name__ == "__main__":
    main()
