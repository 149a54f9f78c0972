// Bad: prewarm waits on the thread that also answers the worker, for a lock that somebody else holds.
// Nobody hears a ping meanwhile; and each process of the pool waits as long.
// Better: await it, with a short timeout; or leave it to the entry point.
import { ServerOptions, cli, defineAgent } from '@livekit/agents';
import { fileURLToPath } from 'node:url';

export default defineAgent({
  prewarm: (proc) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
    proc.userData.greeting = 'Hello';
  },
  entry: async (ctx) => {
    await ctx.connect();
  },
});

cli.runApp(new ServerOptions({ agent: fileURLToPath(import.meta.url), agentName: 'prewarm-blocks' }));
