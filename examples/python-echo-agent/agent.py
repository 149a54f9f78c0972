"""A job process in Python: joins its room and plays back what it hears.

The worker's protocol comes in on file descriptor 0 and goes out on 3 (src/docs/JOB-PROTOCOL.md); stdout is
a log. SIGINT, SIGTERM and SIGHUP arrive ignored and stay so: only the worker decides when a call ends.
"""

import asyncio
import json
import os
import platform
import signal
import sys
import threading
import time

BORN = time.monotonic_ns()
SAMPLE_RATE = 48000
protocol_out = os.fdopen(3, "wb", buffering=0)
out_lock = threading.Lock()


def say(kind, **fields):
    with out_lock:
        protocol_out.write(json.dumps({"type": kind, **fields}).encode() + b"\n")


def read_frames(loop, frames):
    """Answers pings at once, on a thread of its own; all else goes to the agent."""
    rest = b""
    while chunk := os.read(0, 65536):  # sys.stdin would be locked by this thread when Python ends
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            frame = json.loads(line)
            if frame["type"] == "ping":
                say("pong", t=frame["t"])
            else:
                loop.call_soon_threadsafe(frames.put_nowait, frame)
    loop.call_soon_threadsafe(frames.put_nowait, {"type": "shutdown", "reason": "worker-gone"})


async def echo(rtc, track, source):
    stream = rtc.AudioStream(track, sample_rate=SAMPLE_RATE, num_channels=1)
    try:
        async for event in stream:
            await source.capture_frame(event.frame)
    finally:
        await stream.aclose()


async def serve(rtc, job, frames):
    """In the room from connect to the worker's shutdown."""
    room = rtc.Room()
    source = rtc.AudioSource(SAMPLE_RATE, 1)
    echoes = set()
    leaving = []

    def activity(*_):
        people = [p for p in room.remote_participants.values() if p.kind != rtc.ParticipantKind.PARTICIPANT_KIND_AGENT]
        say("activity", participants=len(people), messages=0)

    def subscribed(track, publication, participant):
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            task = asyncio.ensure_future(echo(rtc, track, source))
            echoes.add(task)
            task.add_done_callback(echoes.discard)

    room.on("participant_connected", activity)
    room.on("participant_disconnected", activity)
    room.on("track_subscribed", subscribed)
    room.on("disconnected", lambda reason: leaving or say("done", status="success", reason="room-closed"))
    over = asyncio.ensure_future(until_shutdown(frames))
    joining = asyncio.ensure_future(asyncio.wait_for(enter(rtc, room, job, source), 15))
    await asyncio.wait({over, joining}, return_when=asyncio.FIRST_COMPLETED)
    if over.done():  # the room went while the agent was on its way into it
        joining.cancel()
        return
    try:
        await joining
    except BaseException:
        over.cancel()  # the shutdown is awaited where the failure is told
        raise
    print(f"in room {room.name!r}", flush=True)
    activity()
    await over
    leaving.append(True)
    for task in list(echoes):
        task.cancel()
    if room.isconnected():  # to leave a room that is gone already can hang
        await asyncio.wait_for(room.disconnect(), 2)


async def enter(rtc, room, job, source):
    await room.connect(job["url"], job["token"])
    await room.local_participant.publish_track(rtc.LocalAudioTrack.create_audio_track("echo", source))


async def until_shutdown(frames):
    while (frame := await frames.get())["type"] != "shutdown":
        pass
    print(f"leaving: {frame.get('reason')}", flush=True)


async def main():
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    loop = asyncio.get_running_loop()
    frames = asyncio.Queue()
    runtime = f"python {platform.python_version()}"
    say("hello", protocol=1, pid=os.getpid(), runtime=runtime, up_ns=time.monotonic_ns() - BORN)
    threading.Thread(target=read_frames, args=(loop, frames), daemon=True).start()
    while (frame := await frames.get())["type"] not in ("init", "shutdown"):
        pass
    if frame["type"] == "shutdown":
        return
    started = time.monotonic_ns() - BORN
    try:
        from livekit import rtc
    except ImportError as e:
        say("failed", error=f"{e}: pip install -r requirements.txt")
        sys.exit(1)
    say("phase", name="imports", start_ns=started, end_ns=time.monotonic_ns() - BORN, critical=True)
    say("ready")
    while (frame := await frames.get())["type"] not in ("start", "shutdown"):
        pass
    if frame["type"] == "shutdown":
        return
    say("running")
    if frame.get("media") == "dev":
        print("a dev server has no media: serving without joining", flush=True)
        await until_shutdown(frames)
        return
    try:
        await serve(rtc, frame, frames)
    except Exception as e:  # the worker reports it; then it answers with a shutdown
        say("done", status="failed", reason=f"{type(e).__name__}: {e}")
        await asyncio.wait_for(until_shutdown(frames), 2)
    # The room is left; the engine's own threads can hold the interpreter's end up for seconds.
    sys.stdout.flush()
    os._exit(0)


asyncio.run(main())
