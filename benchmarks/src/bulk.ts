/**
 * Measures what batches of URLs do to the rest: how soon they are acknowledged, how long they take to the end, what memory
 * Redis and the gateway take meanwhile, and how long another key's captions wait against an idle system. A tenth of the
 * hosts is dead, slow or hostile.
 *
 *   npm run bench:bulk [-- --items 100000 --batch 10000]
 *
 * Needs `redis-server` on the PATH and everything built. Gateway, worker (with the bundled model) and Redis are processes
 * of their own.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { BatchResource, BatchResult, CaptionResource } from '@blipq/contracts';
import { Redis } from 'ioredis';
import { BulkHosts } from './bulk-hosts.js';
import { watchCpu } from './cpu-noise.js';
import { mega, percent, table } from './markdown-table.js';
import { processMemory } from './process-memory.js';
import { SoakSystem } from './soak-system.js';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: { items: { type: 'string', default: '100000' }, batch: { type: 'string', default: '10000' } },
});
const [itemCount, batchSize] = [Number(values.items), Number(values.batch)];
const image = await readFile(
  fileURLToPath(new URL('../../models/demo/examples/sun-above-a-house.png', import.meta.url)),
);
const hosts = await BulkHosts.start(image);
const system = new SoakSystem();
await system.start({
  keys: [{ name: 'bulk' }, { name: 'other' }],
  ...{ queueMax: 10_000, retentionS: 3600, receiverPort: 1 },
  gatewayEnv: {
    BLIPQ_FETCH_ALLOW: '127.0.0.0/8',
    BLIPQ_FETCH_HTTP: '1',
    BLIPQ_FETCH_PORTS: `${hosts.port} ${hosts.deadPort}`,
    BLIPQ_FETCH_TIMEOUT_MS: '5000',
  },
});
const redis = new Redis(system.redisUrl);

async function ask(key: 'bulk' | 'other', path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { ...init.headers, authorization: `Bearer ${system.secrets.get(key)}` };
  return await fetch(system.url + path, { ...init, headers });
}

/** Captions of another key, one every half second, until it is told to stop. Returns their waits and whole times, in ms. */
async function bystander(over: AbortSignal): Promise<{ waits: number[]; totals: number[] }> {
  const [waits, totals]: [number[], number[]] = [[], []];
  while (!over.aborted) {
    const headers = { 'content-type': 'image/png', prefer: 'wait=60' };
    const startedMs = performance.now();
    const answer = await ask('other', '/v1/captions', { method: 'POST', headers, body: new Uint8Array(image) });
    const caption = (await answer.json()) as CaptionResource;
    if (caption.state !== 'succeeded') throw new Error(`another key's caption: ${JSON.stringify(caption)}`);
    totals.push(performance.now() - startedMs);
    waits.push(caption.timings!.queue_ms);
    await delay(500, undefined, { signal: over }).catch(() => undefined);
  }
  return { waits, totals };
}

const p95 = (numbers: number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * 0.95)]!;

async function submit(from: number): Promise<{ batch: BatchResource; ms: number }> {
  const lines = Array.from({ length: batchSize }, (_, i) =>
    JSON.stringify({ key: `${from + i}`, image: { url: hosts.urlOf(from + i).url } }),
  );
  const headers = { 'content-type': 'application/x-ndjson' };
  const startedMs = performance.now();
  const answer = await ask('bulk', '/v1/batches', { method: 'POST', headers, body: lines.join('\n') });
  const batch = (await answer.json()) as BatchResource;
  if (answer.status !== 202) throw new Error(`a batch was answered ${answer.status}: ${JSON.stringify(batch)}`);
  return { batch, ms: performance.now() - startedMs };
}

/** Every result of a batch, to its end. @throws Error for an item that has none, or two */
async function results(batch: BatchResource): Promise<Map<string, number>> {
  const seen = new Set<number>();
  const counts = new Map<string, number>();
  for (let cursor = '0'; seen.size < batch.total; ) {
    const answer = await ask('bulk', `${batch.links.results}?cursor=${cursor}`, { headers: { prefer: 'wait=30' } });
    if (!answer.ok) {
      // A busy Redis is asked again.
      await delay(1000);
      continue;
    }
    for (const line of (await answer.text()).split('\n')) {
      if (line === '') continue;
      const result = JSON.parse(line) as BatchResult;
      if (seen.has(result.index)) throw new Error(`item ${result.index} of ${batch.id} ended twice`);
      seen.add(result.index);
      cursor = result.cursor;
      const how = result.error?.code ?? result.status;
      counts.set(how, (counts.get(how) ?? 0) + 1);
    }
  }
  return counts;
}

const peaks = { redis: 0, pixels: 0, gateway: 0, waiting: 0 };
async function sample(): Promise<void> {
  const used = Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))![1]);
  const bytes = Number((await redis.hget('blipq:{captions}:load', 'bytes')) ?? 0);
  peaks.redis = Math.max(peaks.redis, used);
  peaks.pixels = Math.max(peaks.pixels, bytes);
  peaks.waiting = Math.max(peaks.waiting, await redis.zcard('blipq:{captions}:unfetched'));
  const { anonymous, file } = processMemory(system.pids.gateway![0]!);
  peaks.gateway = Math.max(peaks.gateway, anonymous + file);
}

const noise = watchCpu();
const calm = new AbortController();
const idling = bystander(calm.signal);
await delay(30_000);
calm.abort();
const idle = await idling;

const over = new AbortController();
const beside = bystander(over.signal);
const sampling = setInterval(() => void sample(), 1000);
const startedMs = performance.now();
const acknowledged: number[] = [];
const ended: Promise<Map<string, number>>[] = [];
for (let from = 0; from < itemCount; from += batchSize) {
  const { batch, ms } = await submit(from);
  acknowledged.push(ms);
  ended.push(results(batch));
}
const counts = new Map<string, number>();
for (const some of await Promise.all(ended)) {
  for (const [how, count] of some) counts.set(how, (counts.get(how) ?? 0) + count);
}
const tookS = (performance.now() - startedMs) / 1000;
over.abort();
clearInterval(sampling);
const loaded = await beside;
redis.disconnect();
hosts.stop();
await system.stop();
// Processes of ours count as ours when they have ended.
const { others, steal } = noise();
console.log(
  table(
    ['', ''],
    [
      ['items, in batches of', `${itemCount}, ${batchSize}`],
      ['slowest 202', `${(Math.max(...acknowledged) / 1000).toFixed(1)} s`],
      ['until all had ended', `${tookS.toFixed(0)} s, ${(itemCount / tookS).toFixed(0)} a second`],
      ['how they ended', [...counts].map(([how, count]) => `${how} ${count}`).join(', ')],
      ['requests to good hosts and bad ones', `${hosts.requests.good}, ${hosts.requests.bad}`],
      ['most that waited to be fetched', `${peaks.waiting}`],
      ['Redis at most, and pixels in it', `${mega(peaks.redis)} MB, ${mega(peaks.pixels)} MB`],
      ['gateway at most', `${mega(peaks.gateway)} MB`],
      [
        'wait of another key, p95, idle and beside',
        `${p95(idle.waits).toFixed(0)} and ${p95(loaded.waits).toFixed(0)} ms`,
      ],
      ['the same, submit to result', `${p95(idle.totals).toFixed(0)} and ${p95(loaded.totals).toFixed(0)} ms`],
      ['CPU taken by other programs and machines', `${percent(others)}, ${percent(steal)}`],
    ],
  ),
);
