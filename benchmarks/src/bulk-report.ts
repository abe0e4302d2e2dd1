import { basename } from 'node:path';
import type { Endings, Waits } from './bulk-callers.js';
import { BulkHosts } from './bulk-hosts.js';
import type { BulkOptions } from './bulk-options.js';
import type { CpuNoise } from './cpu-noise.js';
import type { Machine } from './machine.js';
import { list, mega, percent, table } from './markdown-table.js';
import { percentile } from './median.js';

/** The most that was seen of each, in bytes, items and ms. */
export interface Peaks {
  redis: number;
  pixels: number;
  gateway: number;
  waiting: number;
  open: number;
  loopMs: number;
}

export interface BulkRun {
  machine: Machine;
  options: BulkOptions;
  /** Bounds of what was set: pixels ahead of workers and in all, in bytes. */
  bounds: { pixels: number };
  /** Until each batch of URLs was acknowledged. */
  acknowledgedMs: number[];
  /** From the first submission to the last end. */
  tookS: number;
  endings: Endings;
  /** Requests that good hosts and bad ones had. */
  requests: { good: number; bad: number };
  idle: Waits;
  beside: Waits;
  peaks: Peaks;
  /** Of the batch that brought its images along; undefined where there was none. */
  inline?: { bytes: number; ms: number; tookS: number; endings: Endings; peaks: Peaks; besideWaits: Waits } | undefined;
  noise: CpuNoise;
}

const acknowledgedMsMax = 3000;
const waitFactorMax = 2;
const loopMsMax = 200;
/** Of a gateway without its decoders, at all of its bounds: docs/explanation/overload.md#what-bounds-memory. */
const gatewayBytesMax = 800e6;

/** The tables, and what does not hold. */
export function bulkReport(run: BulkRun): { markdown: string; failures: string[] } {
  const failures = failuresOf(run);
  const { machine, options, noise } = run;
  const parts = [
    `# ${options.items} URLs in batches of ${options.batch}`,
    `${machine.date.slice(0, 10)}, ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, load ${machine.loadAtStart.toFixed(1)} at the start; ${percent(noise.others)} of the CPU time went to other programs, ${percent(noise.steal)} to other machines. ${options.model === undefined ? 'Bundled model' : `Model of ${basename(options.model)}`}, one gateway, one worker with its engine (\`BLIPQ_BATCH_MAX\` ${options.workerBatch}, \`BLIPQ_BATCH_MS\` ${options.workerBatchMs}), Redis with \`appendfsync always\` and \`maxmemory\` ${options.redisMb} MB; callers and web servers on the same cores. Of 100 hosts, 10 are dead, never answer, answer a byte a second, lead inside, or send no image.`,
    urlTable(run),
    '## Another key, a caption every half second',
    waitTable(run),
    ...(run.inline ? ['## Images brought along', inlineTable(run)] : []),
    '## What must hold',
    failures.length === 0 ? 'All of it does.' : list(failures),
  ];
  return { markdown: parts.join('\n\n'), failures };
}

function urlTable({ acknowledgedMs, tookS, endings, requests, peaks, options, bounds }: BulkRun): string {
  return table(
    ['', ''],
    [
      ['202 after, s', acknowledgedMs.map((ms) => (ms / 1000).toFixed(2)).join(' ')],
      ['until all had ended', `${tookS.toFixed(0)} s, ${(options.items / tookS).toFixed(0)} a second`],
      ['how they ended', endingsOf(endings)],
      ['requests to good hosts and bad ones', `${requests.good}, ${requests.bad}`],
      ['most that waited to be fetched, and open', `${peaks.waiting}, ${peaks.open}`],
      ['Redis at most, of maxmemory', `${mega(peaks.redis)} of ${options.redisMb} MB`],
      ['pixels in Redis at most, of the bound', `${mega(peaks.pixels)} of ${mega(bounds.pixels)} MB`],
      ['gateway at most', `${mega(peaks.gateway)} MB`],
      ['event loop of the gateway, longest delay', `${peaks.loopMs.toFixed(0)} ms`],
    ],
  );
}

function waitTable({ idle, beside, inline }: BulkRun): string {
  const row = (name: string, { accepted, queued, made, answered, whole, failed }: Waits) => [
    ...[name, whole.length],
    ...[accepted, queued, made, answered, whole].map((times) => p95(times).toFixed(0)),
    failed.length,
  ];
  const rows = [row('idle system', idle), row('beside URLs', beside)];
  if (inline) rows.push(row('beside images brought along', inline.besideWaits));
  const phases = ['until created', 'queued', 'made', 'until answered', 'in all'];
  return table(['p95, ms', 'captions', ...phases, 'refused or failed'], rows);
}

function inlineTable({ inline, options }: BulkRun): string {
  const { bytes, ms, tookS, endings, peaks } = inline!;
  return table(
    ['', ''],
    [
      ['items, and their bytes', `${options.inline}, ${mega(bytes)} MB`],
      ['202 after', `${(ms / 1000).toFixed(1)} s`],
      ['until all had ended', `${tookS.toFixed(0)} s, ${(options.inline / tookS).toFixed(0)} a second`],
      ['how they ended', endingsOf(endings)],
      ['gateway at most', `${mega(peaks.gateway)} MB`],
      ['open at most', `${peaks.open}`],
      ['Redis at most, and pixels in it', `${mega(peaks.redis)} MB, ${mega(peaks.pixels)} MB`],
    ],
  );
}

function failuresOf({ options, acknowledgedMs, endings, idle, beside, peaks, bounds, inline }: BulkRun): string[] {
  const failures: string[] = [];
  const must = (holds: boolean, otherwise: string) => {
    if (!holds) failures.push(otherwise);
  };
  const expected = ['succeeded', ...BulkHosts.errors];
  const slowest = Math.max(...acknowledgedMs);
  must(slowest <= acknowledgedMsMax, `a 202 took ${(slowest / 1000).toFixed(1)} s`);
  must(sum(endings) === options.items, `${sum(endings)} of ${options.items} items ended`);
  for (const [how, count] of endings) must(expected.includes(how), `${count} items ended as ${how}`);
  const good = Array.from({ length: options.items }, (_, n) => n).filter((n) => !BulkHosts.isBad(n)).length;
  must(endings.get('succeeded') === good, `${endings.get('succeeded')} items succeeded, of ${good} with good hosts`);
  must(peaks.redis <= options.redisMb * 2 ** 20, `Redis took ${mega(peaks.redis)} MB`);
  must(peaks.pixels <= bounds.pixels, `pixels took ${mega(peaks.pixels)} MB of Redis`);
  must(peaks.loopMs <= loopMsMax, `the gateway's event loop stood still for ${peaks.loopMs.toFixed(0)} ms`);
  const gateway = Math.max(peaks.gateway, inline?.peaks.gateway ?? 0);
  must(gateway <= gatewayBytesMax, `the gateway took ${mega(gateway)} MB`);
  must(beside.failed.length === 0, `${beside.failed.length} captions of another key: ${beside.failed[0]}`);
  const factor = p95(beside.whole) / p95(idle.whole);
  must(factor <= waitFactorMax, `another key's captions took ${factor.toFixed(1)} times as long as on the idle system`);
  if (inline) {
    const done = inline.endings.get('succeeded') ?? 0;
    must(done === options.inline, `of ${options.inline} images brought along ${done} succeeded`);
    must(
      inline.besideWaits.failed.length === 0,
      `captions of another key failed beside: ${inline.besideWaits.failed[0]}`,
    );
  }
  return failures;
}

const endingsOf = (endings: Endings) => [...endings].map(([how, count]) => `${how} ${count}`).join(', ');
const sum = (endings: Endings) => [...endings.values()].reduce((all, count) => all + count, 0);
const p95 = (numbers: number[]): number => percentile(numbers, 0.95);
