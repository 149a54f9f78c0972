// An agent of LiveKit's Node framework that plays back what a caller said, once the caller is silent.
// The voice activity detection is the framework's own and runs here: no key of any cloud is needed.
import { ServerOptions, VADEventType, cli, defineAgent, inference, log } from '@livekit/agents';
import { AudioSource, AudioStream, LocalAudioTrack, RoomEvent, TrackKind, TrackPublishOptions, TrackSource } from '@livekit/rtc-node';
import { fileURLToPath } from 'node:url';

const SAMPLE_RATE = 48000;

/** Says back what is heard on one track, an utterance after the other. */
async function echo(track, vad, source) {
  const ears = vad.stream();
  ears.updateInputStream(new AudioStream(track, { sampleRate: SAMPLE_RATE, numChannels: 1 }));
  for await (const event of ears) {
    if (event.type === VADEventType.START_OF_SPEECH) {
      source.clearQueue();
    } else if (event.type === VADEventType.END_OF_SPEECH) {
      log().info({ seconds: event.speechDuration / 1000 }, 'heard');
      for (const frame of event.frames) {
        await source.captureFrame(frame);
      }
    }
  }
}

export default defineAgent({
  prewarm: (proc) => {
    proc.userData.vad = new inference.VAD({ minSilenceDuration: 300 });
  },

  entry: async (ctx) => {
    let heard = 0;
    // A queue as long as the longest utterance, so that speech can be cut off by clearing it.
    const source = new AudioSource(SAMPLE_RATE, 1, 60_000);
    ctx.addShutdownCallback(async () => {
      log().info({ tracks: heard }, 'goodbye');
      await source.close();
    });
    ctx.room.on(RoomEvent.TrackSubscribed, (track) => {
      if (track.kind === TrackKind.KIND_AUDIO) {
        heard += 1;
        echo(track, ctx.proc.userData.vad, source).catch((error) => log().error({ error }, 'the echo ended'));
      }
    });
    await ctx.connect();
    const mouth = LocalAudioTrack.createAudioTrack('echo', source);
    await ctx.room.localParticipant.publishTrack(mouth, new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE }));
  },
});

cli.runApp(new ServerOptions({ agent: fileURLToPath(import.meta.url), agentName: 'node-app' }));
