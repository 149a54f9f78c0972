"""Bad: prewarm asks a server for its configuration, and each process waits for the answer.

Better: a short timeout and a default; or ask once, at the import, which the forked processes share;
or ask when the call begins and the answer is needed.
"""

import socket

from livekit.agents import AgentServer, JobContext, JobProcess, cli

server = AgentServer()


def setup(process: JobProcess) -> None:
    # A server that accepts connections and never answers, as an overloaded one does.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with socket.create_connection(silent.getsockname(), timeout=1) as asked:
            try:
                asked.recv(1)
            except TimeoutError:
                process.userdata["greeting"] = "Hello"


server.setup_fnc = setup


@server.rtc_session(agent_name="prewarm-network")
async def entry(ctx: JobContext) -> None:
    await ctx.connect()


if __name__ == "__main__":
    cli.run_app(server)
