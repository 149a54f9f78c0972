"""Bad: starts a thread while it is imported. A process with threads cannot be forked safely, so each
room gets an interpreter of its own, which imports the framework and the app again.

Better: start it in setup, or in the entry point.
"""

import threading

from livekit.agents import AgentServer, JobContext, cli

server = AgentServer()
threading.Thread(target=threading.Event().wait, name="reporter", daemon=True).start()


@server.rtc_session(agent_name="thread-at-import")
async def entry(ctx: JobContext) -> None:
    await ctx.connect()


if __name__ == "__main__":
    cli.run_app(server)
