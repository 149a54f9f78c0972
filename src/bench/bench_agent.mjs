// The peer in Node: LiveKit's Node worker with an entry point that notes when it was reached.
// Environment: BENCH_ENTRIES (file), BENCH_IDLE (warm processes), BENCH_CONNECT (set: it joins its room).
import { ServerOptions, cli, defineAgent } from '@livekit/agents';
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export default defineAgent({
  entry: async (ctx) => {
    const reached = process.hrtime.bigint(); // CLOCK_MONOTONIC, which the proxy reads too
    appendFileSync(process.env.BENCH_ENTRIES, `${ctx.job.id} ${reached}\n`);
    if (process.env.BENCH_CONNECT) {
      await ctx.connect();
      appendFileSync(process.env.BENCH_ENTRIES, `connected:${ctx.room.name} ${process.hrtime.bigint()}\n`);
    }
  },
});

cli.runApp(
  new ServerOptions({
    agent: fileURLToPath(import.meta.url),
    agentName: 'bench',
    numIdleProcesses: Number(process.env.BENCH_IDLE),
    initializeProcessTimeout: 120_000,
    host: '127.0.0.1',
    port: 0,
    // By jobs, as ours: with its own measure of the CPU it refuses half of a burst on two cores.
    loadFunc: async (worker) => Math.min(worker.activeJobs.length / 1000, 1),
  }),
);
