"""An app of LiveKit's own Python framework whose entry point says that it was reached, and then stays."""

import logging
import os
import sys

from livekit.agents import AgentServer, JobContext, cli

logging.basicConfig(level=logging.INFO)
options = {}
if os.environ.get("TEST_MAX_JOBS"):
    most = int(os.environ["TEST_MAX_JOBS"])
    options["load_fnc"] = lambda worker: min(len(worker.active_jobs) / most, 1.0)
server = AgentServer(num_idle_processes=1, port=0, host="127.0.0.1", **options)


@server.rtc_session(agent_name=os.environ["TEST_AGENT_NAME"])
async def entry(ctx: JobContext):
    # The job runs in a process of its own, whose stdout is the worker's.
    print(f"ENTRY room={ctx.job.room.name} job={ctx.job.id} pid={os.getpid()}", flush=True)
    if os.environ.get("TEST_JOIN"):
        await ctx.connect()
        print(f"JOINED {ctx.room.name}", flush=True)


if __name__ == "__main__":
    sys.argv = [sys.argv[0], "start"]
    cli.run_app(server)
