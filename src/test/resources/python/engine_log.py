"""A line of the media engine's log, told as the engine tells it, once our adapter listens. Argument: the adapter's file."""
import ctypes
import gc
import importlib.util
import logging
import sys

spec = importlib.util.spec_from_file_location("lkagent_app", sys.argv[1])
adapter = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = adapter
spec.loader.exec_module(adapter)

from livekit.rtc import _ffi_client as engine  # noqa: E402

before = engine.ffi_event_callback
adapter.keep_engine_threads()
print("replaced", engine.ffi_event_callback is not before)
del before
gc.collect()

logging.basicConfig(stream=sys.stdout, format="%(levelname)s %(message)s")
event = engine.proto_ffi.FfiEvent()
event.logs.records.add(level=1, target="engine", line=7, module_path="m", message="it is slow")
data = event.SerializeToString()
buffer = (ctypes.c_uint8 * len(data)).from_buffer_copy(data)
for _ in range(1000):
    garbage = [ctypes.CFUNCTYPE(None)(lambda: None) for _ in range(10)]  # would lie where the first one lay
engine.ffi_event_callback(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_uint8)), len(data))
