"""A human on the phone: caller.py URL TOKEN [UTTERANCES] says something, waits for the answer, and prints what it heard.

One JSON object a line: {"event": "joined"}, then per utterance {"event": "answered", "ms": N}, from the last sample of
the speech to the first that is not silent. Hangs up after the last one.
"""
import asyncio
import json
import sys
import time

import numpy as np
from livekit import rtc

RATE = 48000
FRAME = RATE // 100
LOUD = 1000
PATIENCE_S = 20


def say(event, **more):
    print(json.dumps({"event": event, **more}), flush=True)


def resonate(signal, frequency, bandwidth):
    """Two poles: one formant of a voice."""
    radius = np.exp(-np.pi * bandwidth / RATE)
    a, b = 2 * radius * np.cos(2 * np.pi * frequency / RATE), -radius * radius
    out, last, before = np.zeros_like(signal), 0.0, 0.0
    for i, sample in enumerate(signal):
        out[i] = sample + a * last + b * before
        last, before = out[i], last
    return out * (1 - radius)


def speech(seconds=1.2):
    """Vowels in the rhythm of syllables, without words."""
    vowels = [(730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480)]
    parts, length = [], int(0.2 * RATE)
    for number in range(int(seconds / 0.2)):
        pitch = 130 * (1 + 0.1 * np.sin(np.arange(length) / RATE * 9)) * 0.98**number
        phase = np.cumsum(pitch / RATE)
        pulse = np.diff(np.floor(phase), prepend=0)
        sound = sum(resonate(pulse, f, 60 + 40 * i) / (1 + i) for i, f in enumerate(vowels[number % 4]))
        parts.append(sound * np.sin(np.pi * np.arange(length) / length) ** 0.3)
    signal = np.concatenate(parts)
    return (signal / np.abs(signal).max() * 14000).astype(np.int16)


class Call:
    def __init__(self):
        self.source = rtc.AudioSource(RATE, 1, queue_size_ms=100)
        self.heard = asyncio.Event()
        self.listening = False
        self.at = 0.0
        self.tasks = set()

    def subscribed(self, track, *_):
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            self.tasks.add(asyncio.create_task(self.listen(track)))

    async def listen(self, track):
        say("track")
        async for event in rtc.AudioStream(track, sample_rate=RATE, num_channels=1):
            if self.listening and np.abs(np.frombuffer(event.frame.data, np.int16)).max() > LOUD:
                self.at, self.listening = time.monotonic(), False
                self.heard.set()

    async def push(self, samples):
        for at in range(0, len(samples) - FRAME + 1, FRAME):
            frame = rtc.AudioFrame(samples[at : at + FRAME].tobytes(), RATE, 1, FRAME)
            await self.source.capture_frame(frame)

    async def silence_until(self, event):
        quiet = np.zeros(FRAME, np.int16)
        until = time.monotonic() + PATIENCE_S
        while not event.is_set() and time.monotonic() < until:
            await self.push(quiet)
        return event.is_set()


async def main(url, token, utterances):
    words = speech()
    room, call = rtc.Room(), Call()
    agent = asyncio.Event()
    gone = asyncio.Event()
    room.on("track_subscribed", lambda *a: (call.subscribed(*a), agent.set()))
    room.on("disconnected", lambda *_: gone.set())
    await room.connect(url, token)
    say("joined")
    track = rtc.LocalAudioTrack.create_audio_track("voice", call.source)
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
    await room.local_participant.publish_track(track, options)
    if not await call.silence_until(agent):
        say("alone")
        return
    await call.push(np.zeros(RATE, np.int16))
    for _ in range(utterances):
        call.heard.clear()
        await call.push(words)
        await call.source.wait_for_playout()
        ended, call.listening = time.monotonic(), True
        if not await call.silence_until(call.heard):
            say("unanswered")
            break
        say("answered", ms=round((call.at - ended) * 1000))
        await call.push(np.zeros(2 * RATE, np.int16))
    await room.disconnect()


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1))
