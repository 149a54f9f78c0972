"""A human in a room: waits for an agent, says something, listens for the answer.

    human.py URL ROOM [UTTERANCES]

LIVEKIT_API_KEY and LIVEKIT_API_SECRET sign its token. It prints JSON objects, one a line: the agent that
it found, and for each utterance the time from its last sample to the first of the answer.
"""
import array
import asyncio
import json
import math
import os
import random
import sys
import time

from livekit import api, rtc

RATE = 16_000
FRAME = RATE // 100
LOUD = 500
VOWELS = [(730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480)]


def speech(seconds):
    """A voice without words: pulses through three resonators that glide from vowel to vowel."""
    dice = random.Random(7)
    samples = array.array("h")
    memory = [[0.0, 0.0] for _ in range(3)]
    phase = pulse = 0.0
    vowel, pitch = dice.choice(VOWELS), 140.0
    while len(samples) < seconds * RATE:
        start, vowel, length = vowel, dice.choice(VOWELS), RATE * dice.randint(120, 240) // 1000
        pitch *= 0.97
        for i in range(length):
            share = i / length
            phase += pitch * (1 + 0.1 * math.sin(3 * share)) / RATE
            pulse = 0.9 * pulse + (1 if phase >= 1 else 0)
            phase %= 1
            voice = 0.0
            for k, past in enumerate(memory):
                width = math.exp(-math.pi * (60 + 40 * k) / RATE)
                turn = math.cos(2 * math.pi * (start[k] + (vowel[k] - start[k]) * share) / RATE)
                out = (1 - width) * pulse + 2 * width * turn * past[0] - width * width * past[1]
                past[1], past[0] = past[0], out
                voice += out / (1 + k)
            loud = 0.35 + 0.65 * math.sin(math.pi * share)
            samples.append(max(-32767, min(32767, int(20_000 * loud * voice + dice.gauss(0, 10)))))
    return samples[:int(seconds * RATE)]


def tell(event, **more):
    print(json.dumps({"event": event, **more}), flush=True)


def token(room):
    return api.AccessToken().with_identity("human").with_grants(
        api.VideoGrants(room_join=True, room=room)).to_jwt()


class Human:
    def __init__(self):
        self.room = rtc.Room()
        self.source = rtc.AudioSource(RATE, 1, queue_size_ms=50)
        self.words = array.array("h")
        self.said = asyncio.Event()
        self.ended = math.inf
        self.agent = asyncio.Event()
        self.answer = asyncio.Event()
        self.heard = math.inf

    async def mouth(self):
        """Never stops: silence is sound, too."""
        room_noise = array.array("h", [random.randint(-8, 8) for _ in range(FRAME)])
        due = time.monotonic()
        while True:
            part, self.words = self.words[:FRAME], self.words[FRAME:]
            if part and not self.words:
                self.ended = due + FRAME / RATE
                self.said.set()
            frame = (part + room_noise)[:FRAME]
            await self.source.capture_frame(rtc.AudioFrame(frame.tobytes(), RATE, 1, FRAME))
            due += FRAME / RATE
            await asyncio.sleep(max(0, due - time.monotonic()))

    async def ears(self, track):
        async for event in rtc.AudioStream(track, sample_rate=RATE, num_channels=1):
            samples = memoryview(event.frame.data).cast("B").cast("h")
            if max(map(abs, samples), default=0) > LOUD and self.ended < math.inf and not self.answer.is_set():
                self.heard = time.monotonic()
                self.answer.set()

    def listen(self, track, publication, participant):
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            tell("agent", identity=participant.identity, kind=participant.kind)
            self.listening = asyncio.ensure_future(self.ears(track))
            self.agent.set()

    async def talk(self, url, room, utterances):
        self.room.on("track_subscribed", self.listen)
        await self.room.connect(url, token(room))
        microphone = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await self.room.local_participant.publish_track(
            rtc.LocalAudioTrack.create_audio_track("voice", self.source), microphone)
        speaking = asyncio.ensure_future(self.mouth())
        tell("joined")
        await asyncio.wait_for(self.agent.wait(), 60)
        await asyncio.sleep(1)
        for number in range(utterances):
            self.ended = math.inf
            self.said.clear()
            self.answer.clear()
            self.words = speech(1.5)
            await asyncio.wait_for(self.said.wait(), 30)
            await asyncio.wait_for(self.answer.wait(), 30)
            tell("answered", ms=round((self.heard - self.ended) * 1000))
            if number + 1 < utterances:
                await asyncio.sleep(2.5)
        speaking.cancel()
        await self.room.disconnect()


async def main(url, room, utterances="1"):
    await Human().talk(url, room, int(utterances))


if __name__ == "__main__":
    asyncio.run(asyncio.wait_for(main(*sys.argv[1:]), 120))
