import type { Machine } from './machine.js';
import { list, mega, percent, table } from './markdown-table.js';
import type { Census, Sample } from './soak-samples.js';
import type { SoakKey } from './soak-system.js';
import type { SoakTraffic, Tally } from './soak-traffic.js';

export interface SoakRun {
  machine: Machine;
  minutes: number;
  /** Captions per second, before the soak. */
  capacity: number;
  /** How many times what is made was offered. */
  overload: number;
  offeredForS: number;
  queueMax: number;
  /** Left out of what is said about memory. */
  warmUpS: number;
  samples: Sample[];
  /** What Redis kept after the warm-up and at the end. */
  censuses: Census[];
  traffic: SoakTraffic;
  callers: SoakKey[];
  /** Processes that ended by themselves. */
  died: string[];
}

/** Of the mean resident memory, between the first and the last third after the warm-up. */
const growthMax = 0.1;
/** Below that, memory is still finding its level. */
const growthMinutesMin = 10;
/** Latencies may be over their bound by this factor, for the batches that workers take at once. */
const latencyMargin = 1.1;
/** Answers that refuse as they should. */
const refusals = ['429 tenant_queue_full', '429 rate_limited', '503 queue_full'];
const expected = ['accepted', '422 image_corrupt', ...refusals];

/** The tables, and what did not hold. */
export function report(run: SoakRun): { markdown: string; failures: string[] } {
  const failures = [...run.died.map((name) => `${name} ended by itself`)];
  const parts = [
    `# Soak: ${run.minutes} min at ${run.overload}× capacity`,
    [
      `${run.machine.date.slice(0, 10)}, ${run.machine.cpu}, ${run.machine.cores} cores, Node ${run.machine.node}, bundled model. One gateway, one worker with its engine, one notifier, Redis with \`appendfsync always\`; callers and receivers on the same cores.`,
      `Capacity before the soak: ${run.capacity.toFixed(1)} captions/s. Offered for ${run.offeredForS.toFixed(0)} s: ${run.overload} times as many submissions as captions were made in the 15 s before. \`BLIPQ_QUEUE_MAX\`: ${run.queueMax}.`,
    ].join('\n\n'),
    '## Who got what',
    callersTable(run, failures),
    '## Memory, MB resident',
    memoryTable(run, failures),
    redisTable(run, failures),
    '## Event loops',
    loopTable(run),
    '## What must hold',
  ];
  correctness(run, failures);
  parts.push(failures.length === 0 ? 'All of it does.' : list(failures));
  return { markdown: parts.join('\n\n'), failures };
}

function callersTable({ traffic, callers, offeredForS, queueMax }: SoakRun, failures: string[]): string {
  const done = traffic.made;
  const rows = callers.map(({ name, weight = 10, queue_max }) => {
    const tally = traffic.tallyOf(name);
    const succeeded = tally.ended.get('succeeded') ?? 0;
    const boundS = longest(tally.successesMs, queue_max ?? 0.8 * queueMax) / 1000;
    const at = (share: number) => quantile(tally.latenciesMs, share) / 1000;
    if (at(0.95) > boundS * latencyMargin) failures.push(`p95 of ${name} is beyond what the queue implies`);
    const count = (what: string) => tally.answers.get(what) ?? 0;
    return [
      ...[`${name} (weight ${weight})`, (tally.offered / offeredForS).toFixed(1), (succeeded / offeredForS).toFixed(1)],
      ...[percent(succeeded / done), count('accepted'), count('422 image_corrupt'), ...refusals.map(count)],
      ...[...[0.5, 0.95, 1].map((share) => at(share).toFixed(2)), boundS.toFixed(1)],
      (quantile(tally.answeredMs, 0.95) / 1000).toFixed(2),
    ];
  });
  const head = ['caller', 'offered/s', 'made/s', 'of all', 'accepted', '422', '429 full', '429 rate', '503 full'];
  const offered = [...traffic.tallies.values()].reduce((sum, tally) => sum + tally.offered, 0);
  const total = `${offered} submissions, ${(offered / offeredForS).toFixed(1)}/s; ${done} captions made, ${(done / offeredForS).toFixed(1)}/s: ${(offered / done).toFixed(2)} submissions for each.`;
  const steady = traffic.tallyOf('steady');
  const refused = refusals.reduce((sum, code) => sum + (steady.answers.get(code) ?? 0), 0);
  if (refused > 0.01 * steady.offered) failures.push(`${refused} of steady's ${steady.offered} were refused`);
  const why = [...traffic.why].map(([detail, times]) => `${times} × ${detail}`);
  return [
    table([...head, 'p50 s', 'p95 s', 'max s', 'bound s', 'answer p95 s'], rows),
    total,
    ...(why.length > 0 ? ['503, in the words of the answers:', list(why)] : []),
  ].join('\n\n');
}

function memoryTable({ samples, warmUpS, minutes }: SoakRun, failures: string[]): string {
  const warm = samples.filter(({ atS }) => atS >= warmUpS);
  const names = Object.keys(warm[0]?.rss ?? {});
  const third = Math.floor(warm.length / 3);
  const rows = names.map((name) => {
    const values = warm.map(({ rss }) => rss[name] ?? 0);
    const [first, last] = [mean(values.slice(0, third)), mean(values.slice(-third))];
    const growth = last / first - 1;
    // Redis keeps what it is given to keep; its table says whether that is all.
    if (name !== 'redis' && minutes >= growthMinutesMin && growth > growthMax)
      failures.push(`${name} grows by ${percent(growth)}`);
    const perHour = slope(warm.map(({ atS }, i) => [atS / 3600, values[i]!]));
    return [
      name,
      ...[values[0]!, values.at(-1)!, Math.max(...values), first, last].map(mega),
      percent(growth),
      mega(perHour),
    ];
  });
  return table(['process', 'start', 'end', 'max', 'first third', 'last third', 'growth', 'MB/h'], rows);
}

function redisTable({ censuses, minutes }: SoakRun, failures: string[]): string {
  const [before, after] = censuses as [Census, Census];
  const kinds = [...new Set([...before.kinds.keys(), ...after.kinds.keys()])].sort();
  const of = (census: Census, kind: string) => census.kinds.get(kind) ?? { keys: 0, bytes: 0 };
  const rows = kinds.map((kind) => {
    const [then, now] = [of(before, kind), of(after, kind)];
    return [kind, then.keys, now.keys, mega(then.bytes), mega(now.bytes), (now.bytes / (now.keys || 1)).toFixed(0)];
  });
  const sum = (census: Census) => kinds.reduce((total, kind) => total + of(census, kind).bytes, 0);
  const unexplained = after.used - before.used - (sum(after) - sum(before));
  const share = unexplained / after.used;
  if (minutes >= growthMinutesMin && share > growthMax)
    failures.push(`Redis grows by ${mega(unexplained)} MB that no key explains`);
  const total = `\`used_memory\` went from ${mega(before.used)} to ${mega(after.used)} MB; keys explain all of that but ${mega(unexplained)} MB (${percent(share)}). ${mega(after.freed)} MB more were keys that had expired and that Redis had not come to.`;
  return [
    'What Redis keeps, after the warm-up and at the end:',
    table(['kind', 'keys', 'then', 'MB', 'then', 'bytes each'], rows),
    total,
  ].join('\n\n');
}

function loopTable({ samples, warmUpS }: SoakRun): string {
  const warm = samples.filter(({ atS }) => atS >= warmUpS);
  const rows = ['gateway', 'worker', 'notifier'].map((name) => {
    const values = warm.map(({ loopDelayMs }) => loopDelayMs[name]!).sort((a, b) => a - b);
    return [
      name,
      (values[Math.floor(values.length / 2)] ?? Number.NaN).toFixed(0),
      (values.at(-1) ?? Number.NaN).toFixed(0),
    ];
  });
  return table(['p99 of the delay, ms (10 of it the clock)', 'median', 'worst sample'], rows);
}

function correctness({ traffic, samples, queueMax }: SoakRun, failures: string[]): void {
  const { tallies, wrong, open, webhooks } = traffic;
  if (traffic.made === 0) failures.push('no caption was made');
  for (const [name, { answers }] of tallies) {
    for (const [what, times] of answers) if (!expected.includes(what)) failures.push(`${name}: ${times} × ${what}`);
  }
  for (const [what, times] of wrong) failures.push(`${times} × ${what}`);
  if (open.size > 0) failures.push(`${open.size} accepted captions have not ended`);
  const most = Math.max(...samples.map((sample) => sample.open));
  if (most > queueMax) failures.push(`${most} captions were open at once`);
  const ended = [...tallies.values()].flatMap((tally: Tally) => [...tally.ended]);
  for (const state of ['failed', 'expired']) {
    const times = ended.filter(([one]) => one === state).reduce((sum, [, n]) => sum + n, 0);
    if (times > 0) failures.push(`${times} captions ${state}`);
  }
  const has = (id: string) => ['succeeded', 'canceled'].some((state) => webhooks.received.has(`msg_${id}_${state}`));
  const missing = [...webhooks.asked].filter((id) => !has(id)).length;
  if (missing > 0) failures.push(`${missing} of ${webhooks.asked.size} webhooks have not come`);
}

/** The longest that `count` captions of a caller took to succeed: what one that is last among so many may wait. */
function longest(successesMs: number[], count: number): number {
  const times = [...successesMs].sort((a, b) => a - b);
  const step = Math.ceil(count);
  let most = times.length > step ? 0 : Number.POSITIVE_INFINITY;
  for (let i = step; i < times.length; i += 1) most = Math.max(most, times[i]! - times[i - step]!);
  return most;
}

function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of the least-squares line. */
function slope(points: (readonly [number, number])[]): number {
  const [mx, my] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const over = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  return over / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}
