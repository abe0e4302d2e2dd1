/** Loaded into the measured gateway by `node --import`: answers questions about its event loop and memory. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--expose-gc');
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let cpuFrom = process.cpuUsage();
const ms = (nanoseconds: number) => nanoseconds / 1e6;

process.on('message', (message: { probe?: 'reset' | 'figures' }) => {
  if (message.probe === undefined) return;
  const { user, system } = process.cpuUsage(cpuFrom);
  const figures = {
    cpuS: (user + system) / 1e6,
    delayP50Ms: ms(delay.percentile(50)),
    delayP99Ms: ms(delay.percentile(99)),
    delayMaxMs: ms(delay.max),
  };
  delay.reset();
  cpuFrom = process.cpuUsage();
  // What is only garbage is not what clients cost.
  globalThis.gc?.();
  process.send?.({ probe: { ...figures, rssMb: process.memoryUsage().rss / 1e6 } });
});
// Only ever beside a real main program, which must not be kept alive by this.
process.channel?.unref();
