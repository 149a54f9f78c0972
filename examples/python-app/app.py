"""An agent of LiveKit's Python framework that plays back what a caller said, once the caller is silent.

The voice activity detection is the framework's own and runs here: no key of any cloud is needed.
"""

import asyncio
import logging

from livekit import rtc
from livekit.agents import AgentServer, AutoSubscribe, JobContext, JobProcess, cli, inference, vad

SAMPLE_RATE = 48000
logger = logging.getLogger("python-app")
server = AgentServer()


def setup(process: JobProcess) -> None:
    process.userdata["vad"] = inference.VAD(min_silence_duration=0.3)


server.setup_fnc = setup


async def echo(track: rtc.Track, ears: vad.VADStream, source: rtc.AudioSource) -> None:
    """Says back what is heard on one track, an utterance after the other."""

    async def listen() -> None:
        async for event in rtc.AudioStream(track, sample_rate=SAMPLE_RATE, num_channels=1):
            ears.push_frame(event.frame)
        ears.end_input()

    listening = asyncio.create_task(listen())
    try:
        async for event in ears:
            if event.type == vad.VADEventType.START_OF_SPEECH:
                source.clear_queue()
            elif event.type == vad.VADEventType.END_OF_SPEECH:
                logger.info("heard", extra={"seconds": round(event.speech_duration, 1)})
                for frame in event.frames:
                    await source.capture_frame(frame)
    finally:
        listening.cancel()
        await ears.aclose()


@server.rtc_session(agent_name="python-app")
async def entry(ctx: JobContext) -> None:
    # A queue as long as the longest utterance, so that speech can be cut off by clearing it.
    source = rtc.AudioSource(SAMPLE_RATE, 1, queue_size_ms=60_000)
    echoes: set[asyncio.Task[None]] = set()

    def subscribed(track: rtc.Track, *_: object) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            echoes.add(asyncio.create_task(echo(track, ctx.proc.userdata["vad"].stream(), source)))

    async def goodbye(reason: str) -> None:
        logger.info("goodbye", extra={"reason": reason, "tracks": len(echoes)})
        for task in echoes:
            task.cancel()
        await asyncio.gather(*echoes, return_exceptions=True)
        await source.aclose()

    ctx.add_shutdown_callback(goodbye)
    ctx.room.on("track_subscribed", subscribed)
    await ctx.connect(auto_subscribe=AutoSubscribe.AUDIO_ONLY)
    mouth = rtc.LocalAudioTrack.create_audio_track("echo", source)
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
    await ctx.room.local_participant.publish_track(mouth, options)


if __name__ == "__main__":
    cli.run_app(server)
