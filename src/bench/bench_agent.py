"""The peer: LiveKit's Python worker with an entry point that notes when it was reached.

Environment: BENCH_ENTRIES (file), BENCH_IDLE (warm processes), BENCH_CONNECT (set: it joins its room).
The framework loads a VAD of its own.
"""
import os
import sys
import time

from livekit.agents import AgentServer, JobContext, cli

server = AgentServer(
    num_idle_processes=int(os.environ["BENCH_IDLE"]), port=0, host="127.0.0.1",
    # By jobs, as ours: with its own measure of the CPU it refuses half of a burst on two cores.
    load_fnc=lambda worker: min(len(worker.active_jobs) / 1000, 1.0))


@server.rtc_session(agent_name="bench")
async def entry(ctx: JobContext):
    reached = time.monotonic_ns()
    with open(os.environ["BENCH_ENTRIES"], "ab", buffering=0) as file:
        file.write(f"{ctx.job.id} {reached}\n".encode())
    if os.environ.get("BENCH_CONNECT"):
        await ctx.connect()
        with open(os.environ["BENCH_ENTRIES"], "ab", buffering=0) as file:
            file.write(f"connected:{ctx.room.name} {time.monotonic_ns()}\n".encode())


if __name__ == "__main__":
    sys.argv = [sys.argv[0], "start"]
    cli.run_app(server)
