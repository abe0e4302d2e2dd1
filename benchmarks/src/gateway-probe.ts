/** Loaded into the measured gateway by `node --import`: answers questions about its event loop and memory. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { treeCpuS } from './process-cpu.js';
import { treeMemory } from './process-memory.js';

setFlagsFromString('--expose-gc');
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let cpuFrom = treeCpuS(process.pid);

const ms = (nanoseconds: number) => nanoseconds / 1e6;

process.on('message', (message: { probe?: 'reset' | 'figures' }) => {
  if (message.probe === undefined) return;
  // Of this process and of those that decode its images.
  const cpuNow = treeCpuS(process.pid);
  const figures = {
    cpuS: cpuNow - cpuFrom,
    delayP50Ms: ms(delay.percentile(50)),
    delayP99Ms: ms(delay.percentile(99)),
    delayMaxMs: ms(delay.max),
  };
  delay.reset();
  cpuFrom = cpuNow;
  // What is only garbage is not what clients cost.
  globalThis.gc?.();
  const { anonymous, file } = treeMemory(process.pid);
  process.send?.({ probe: { ...figures, rssMb: (anonymous + file) / 1e6 } });
});
// Only ever beside a real main program, which must not be kept alive by this.
process.channel?.unref();
