/**
 * Measures what batches of URLs do to the rest: how soon they are acknowledged, how long they take to the end, what memory
 * Redis and the gateway take meanwhile, and how long another key's captions take against an idle system. A tenth of the
 * hosts is dead, slow or hostile. Then the same of a batch that brings its images along.
 *
 *   npm run bench:bulk [-- --help]
 *
 * Needs `redis-server` on the PATH and everything built. Gateway, worker (with the bundled model) and Redis are processes
 * of their own.
 */
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { BulkCallers, type Endings, noWaits, type Submitted, type Waits } from './bulk-callers.js';
import { BulkHosts } from './bulk-hosts.js';
import { readBulkOptions, usage } from './bulk-options.js';
import { type BulkRun, bulkReport, type Peaks } from './bulk-report.js';
import { watchCpu } from './cpu-noise.js';
import { DifferentImages } from './different-images.js';
import { describeMachine } from './machine.js';
import { mega } from './markdown-table.js';
import { processMemory } from './process-memory.js';
import { SoakSystem } from './soak-system.js';

const asked = readBulkOptions(process.argv.slice(2));
if (asked === 'help') {
  console.log(usage);
  process.exit();
}
const options = asked;
const say = (line: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
const file = async (name: string) => await readFile(fileURLToPath(new URL(`../../${name}`, import.meta.url)));

/** Work that may be open at once, and MB of pixels: what waits in the queue of the model. */
const [queueMax, queueMb] = [2000, 256];
const machine = describeMachine();
const noise = watchCpu();
const images = await DifferentImages.of(await file('models/demo/examples/sun-above-a-house.png'));
const photo = await file('test/images/rocket.jpg');
const hosts = await BulkHosts.start(images);
const system = new SoakSystem();
say('starting Redis, a worker, a notifier and a gateway');
await system.start({
  keys: [{ name: 'bulk' }, { name: 'other' }],
  ...{ queueMax, retentionS: 3600, receiverPort: 1 },
  workerEnv: {
    BLIPQ_BATCH_MAX: String(options.workerBatch),
    BLIPQ_BATCH_MS: String(options.workerBatchMs),
    ...(options.model !== undefined && servedModel(options.model)),
  },
  redisSettings: { maxmemory: `${options.redisMb}mb` },
  gatewayEnv: {
    BLIPQ_FETCH_ALLOW: '127.0.0.0/8',
    BLIPQ_FETCH_HTTP: '1',
    BLIPQ_FETCH_PORTS: `${hosts.port} ${hosts.deadPort}`,
    BLIPQ_FETCH_TIMEOUT_MS: '5000',
    BLIPQ_QUEUE_MB_MAX: String(queueMb),
  },
});
const redis = new Redis(system.redisUrl);
const callers = new BulkCallers(system);
let ended = 0;

const noPeaks = (): Peaks => ({ redis: 0, pixels: 0, gateway: 0, waiting: 0, open: 0, loopMs: 0 });
let peaks = noPeaks();
async function sample(): Promise<void> {
  const most = (name: keyof Peaks, value: number) => {
    peaks[name] = Math.max(peaks[name], value);
  };
  const { anonymous, file: mapped } = processMemory(system.pids.gateway![0]!);
  most('gateway', anonymous + mapped);
  most('loopMs', await system.loopDelayMs('gateway', 'max'));
  most('redis', Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))![1]));
  most('pixels', Number((await redis.hget('blipq:{captions}:load', 'bytes')) ?? 0));
  most('waiting', await redis.zcard('blipq:{captions}:unfetched'));
  most('open', await redis.zcard('blipq:{captions}:open'));
}

function servedModel(folder: string): Record<string, string> {
  const { BLIPQ_PRECISION = 'auto', BLIPQ_CACHE } = process.env;
  return { BLIPQ_MODEL: resolve(folder), BLIPQ_PRECISION, ...(BLIPQ_CACHE !== undefined && { BLIPQ_CACHE }) };
}

/** What came of work, the most that was seen of everything meanwhile, and how long another key's captions took. */
async function beside<T>(name: string, total: number, work: () => Promise<T>) {
  peaks = noPeaks();
  ended = 0;
  const over = new AbortController();
  const waits = callers.timeOthers(images, over.signal);
  await system.loopDelayMs('gateway', 'max');
  const sampling = setInterval(() => void sample().catch(() => undefined), 1000);
  const startedMs = performance.now();
  const telling = setInterval(() => {
    const perS = ended / ((performance.now() - startedMs) / 1000);
    const memory = `gateway ${mega(peaks.gateway)} MB, Redis ${mega(peaks.redis)} MB at most`;
    say(`${name}: ${ended} of ${total} ended, ${perS.toFixed(0)} a second; ${memory}`);
  }, 10_000);
  const value = await work();
  const tookS = (performance.now() - startedMs) / 1000;
  clearInterval(telling);
  clearInterval(sampling);
  over.abort();
  return { value, tookS, waits: await waits, peaks };
}

async function idle(): Promise<Waits> {
  say(`another key's captions on the idle system, ${options.idleS} s`);
  const over = new AbortController();
  const waits = callers.timeOthers(images, over.signal);
  await delay(options.idleS * 1000);
  over.abort();
  return await waits;
}

function joined(all: Endings[]): Endings {
  const sums: Endings = new Map();
  for (const [how, count] of all.flatMap((one) => [...one])) sums.set(how, (sums.get(how) ?? 0) + count);
  return sums;
}

const seen = () => {
  ended += 1;
};

function* urlLines(from: number, count: number): Generator<string> {
  for (let n = from; n < from + count; n += 1)
    yield JSON.stringify({ key: `${n}`, image: { url: hosts.urlOf(n).url } });
}

async function captionUrls() {
  const submitted: Submitted[] = [];
  const endings: Promise<Endings>[] = [];
  for (let from = 0; from < options.items; from += options.batch) {
    const one = await callers.submit([...urlLines(from, Math.min(options.batch, options.items - from))].join('\n'));
    say(`batch ${submitted.length + 1} was acknowledged after ${(one.ms / 1000).toFixed(2)} s`);
    submitted.push(one);
    endings.push(callers.results(one.batch, seen));
  }
  return { acknowledgedMs: submitted.map(({ ms }) => ms), endings: joined(await Promise.all(endings)) };
}

const url = `data:image/jpeg;base64,${photo.toString('base64')}`;
const inlineLine = (n: number) => `${JSON.stringify({ key: `${n}`, image: { url } })}\n`;
function* inlineLines(): Generator<string> {
  for (let n = 0; n < options.inline; n += 1) yield inlineLine(n);
}

async function captionInline() {
  const { batch, ms } = await callers.submit(Readable.toWeb(Readable.from(inlineLines())) as ReadableStream);
  say(`the images that were brought along were acknowledged after ${(ms / 1000).toFixed(1)} s`);
  return { ms, endings: await callers.results(batch, seen) };
}

function bothOf(one: Waits, other: Waits): Waits {
  const both = noWaits();
  for (const name of Object.keys(both) as (keyof Waits)[]) both[name] = [...one[name], ...other[name]] as never[];
  return both;
}

async function measure(): Promise<BulkRun> {
  const before = await idle();
  const urls = await beside('URLs', options.items, captionUrls);
  const inline = options.inline > 0 ? await beside('images brought along', options.inline, captionInline) : undefined;
  const after = await idle();
  return {
    ...{ machine, options, bounds: { pixels: queueMb * 2 ** 20 }, requests: hosts.requests },
    ...{ ...urls.value, tookS: urls.tookS, beside: urls.waits, peaks: urls.peaks },
    idle: bothOf(before, after),
    inline: inline && {
      ...{ ...inline.value, tookS: inline.tookS, peaks: inline.peaks, besideWaits: inline.waits },
      bytes: options.inline * inlineLine(0).length,
    },
    noise: { others: 0, steal: 0 },
  };
}

const run = await measure().finally(async () => {
  redis.disconnect();
  hosts.stop();
  await system.stop();
});
// Processes of ours count as ours when they have ended.
const { markdown, failures } = bulkReport({ ...run, noise: noise() });
console.log(markdown);
if (options.save !== undefined) writeFileSync(options.save, `${markdown}\n`);
process.exitCode = failures.length === 0 ? 0 : 1;
