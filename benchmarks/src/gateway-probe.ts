/** Loaded into the measured gateway by `node --import`: answers questions about its event loop and memory. */
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--expose-gc');
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let cpuFrom = cpuS();

/** Of this process and of those that decode its images, in seconds. */
function cpuS(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + children().reduce((sum, pid) => sum + cpuOf(pid), 0);
}

function children(): string[] {
  const text = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ');
}

/** User and system time, in clock ticks of 10 ms, are the 14th and 15th field, the 12th and 13th after the name. */
function cpuOf(pid: string): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const [user, system] = fields.split(' ').slice(11, 13).map(Number);
  return (user! + system!) / 100;
}

function residentOf(pid: string): number {
  return 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);
}

const ms = (nanoseconds: number) => nanoseconds / 1e6;

process.on('message', (message: { probe?: 'reset' | 'figures' }) => {
  if (message.probe === undefined) return;
  const cpuNow = cpuS();
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
  process.send?.({
    probe: {
      ...figures,
      rssMb: (process.memoryUsage().rss + children().reduce((sum, pid) => sum + residentOf(pid), 0)) / 1e6,
    },
  });
});
// Only ever beside a real main program, which must not be kept alive by this.
process.channel?.unref();
