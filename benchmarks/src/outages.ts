/**
 * Measures what callers and workers notice of a Redis that is killed, or frozen, for a while: how long a submit takes to
 * be refused meanwhile, and how long after Redis is back the first one is accepted and the first caption is begun.
 *
 *   npm run bench:outages [-- --lengths 3,8,25,60]
 *   npm run bench:outages -- --failover
 *
 * The second measures the same of a master under three sentinels, and of a cluster, whose replica takes over.
 * Gateway, worker (with the bundled model) and Redis are processes of their own. Needs `redis-server` on the PATH and
 * everything built.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AppProcess, freePort, OwnCluster, OwnRedis, OwnSentinels } from '@blipq/test-servers';
import sharp from 'sharp';
import { table } from './markdown-table.js';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: { lengths: { type: 'string', default: '3,8,25,60' }, failover: { type: 'boolean', default: false } },
});
const path = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'blipq-bench-'));
const port = await freePort();
const image = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'teal' } })
  .png()
  .toBuffer();

interface Answer {
  status: number;
  ms: number;
  id?: string;
}

/** Gateway and worker on one Redis; what it resolves to ends them. */
async function startBlipq(redisUrl: string): Promise<() => void> {
  const namespace = `bench-${randomBytes(4).toString('hex')}`;
  const common = { REDIS_URL: redisUrl, BLIPQ_NAMESPACE: namespace, BLIPQ_LOG_LEVEL: 'silent' };
  const model = { BLIPQ_MODEL: path('models/demo'), BLIPQ_CACHE: folder };
  const processes = [
    new AppProcess('gateway', { ...common, PORT: String(port), BLIPQ_INTERNAL_PORT: '0' }),
    new AppProcess('worker', { ...common, ...model, BLIPQ_HEALTH_PORT: '0' }),
  ];
  await Promise.all(processes.map((each) => each.ready()));
  return () => {
    for (const each of processes) void each.kill('SIGKILL');
  };
}

async function submit(): Promise<Answer> {
  const began = performance.now();
  const answer = await fetch(`http://127.0.0.1:${port}/v1/captions`, {
    method: 'POST',
    headers: { 'content-type': 'image/png' },
    body: new Uint8Array(image),
  });
  const body = (await answer.json()) as { id?: string };
  return { status: answer.status, ms: performance.now() - began, ...(answer.ok && { id: body.id! }) };
}

/** Submits until one is accepted; the time at which that was, by the clock, and its id. Collects the others. */
async function accepted(refused: Answer[] = []): Promise<{ atMs: number; id: string }> {
  for (;;) {
    const answer = await submit();
    if (answer.id !== undefined) return { atMs: Date.now(), id: answer.id };
    refused.push(answer);
    await delay(50);
  }
}

async function begunAt(id: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/captions/${id}`, { headers: { prefer: 'wait=60' } });
  const { state, started_at } = (await answer.json()) as { state: string; started_at: string };
  if (state !== 'succeeded') throw new Error(`${id} is ${state}`);
  return Date.parse(started_at);
}

async function fail(redis: OwnRedis, fault: Fault): Promise<void> {
  if (fault === 'killed') await redis.kill();
  else redis.signal('SIGSTOP');
}

const milliseconds = (ms: number): string => `${ms.toFixed(0)} ms`;

function told(refused: Answer[]): string[] {
  const statuses = [...new Set(refused.map(({ status }) => status))].join(', ');
  const times = refused.map(({ ms }) => ms).sort((a, b) => a - b);
  return [
    String(refused.length),
    statuses,
    milliseconds(times[Math.floor(times.length / 2)]!),
    milliseconds(times.at(-1)!),
  ];
}

async function outage(redis: OwnRedis, fault: Fault, seconds: number): Promise<string[]> {
  await begunAt((await accepted()).id);
  const over = performance.now() + seconds * 1000;
  await fail(redis, fault);
  const refused: Answer[] = [];
  while (performance.now() < over) {
    refused.push(await submit());
    await delay(Math.min(250, Math.max(0, over - performance.now())));
  }
  if (fault === 'killed') await redis.start();
  else redis.signal('SIGCONT');
  const backMs = Date.now();
  const first = await accepted();
  const begun = await begunAt(first.id);
  return [fault, `${seconds} s`, ...told(refused), milliseconds(first.atMs - backMs), milliseconds(begun - backMs)];
}

async function failover(kind: string, master: OwnRedis, fault: Fault): Promise<string[]> {
  await begunAt((await accepted()).id);
  const faultMs = Date.now();
  await fail(master, fault);
  const refused: Answer[] = [];
  const first = await accepted(refused);
  const begun = await begunAt(first.id);
  return [kind, fault, ...told(refused), milliseconds(first.atMs - faultMs), milliseconds(begun - faultMs)];
}

async function outages(): Promise<void> {
  const redis = await OwnRedis.create();
  await redis.start();
  const end = await startBlipq(redis.url);
  const rows: string[][] = [];
  for (const fault of faults) {
    for (const length of values.lengths.split(',')) rows.push(await outage(redis, fault, Number(length)));
  }
  end();
  await redis.remove();
  console.log(table(['Redis is', 'for', ...columns], rows));
}

async function failovers(): Promise<void> {
  const rows: string[][] = [];
  for (const fault of faults) {
    const sentinels = await OwnSentinels.start();
    let end = await startBlipq(sentinels.url);
    rows.push(await failover('under sentinels', await sentinels.master(), fault));
    end();
    await sentinels.remove();
    const cluster = await OwnCluster.start();
    end = await startBlipq(cluster.url);
    rows.push(await failover('of a cluster', await cluster.masterOf('{captions}'), fault));
    end();
    await cluster.remove();
  }
  console.log(table(['master', 'is', ...columns], rows));
}

type Fault = 'killed' | 'frozen';
const faults = ['killed', 'frozen'] as const;
const columns = ['refused', 'answers', 'median', 'slowest', 'first accepted after', 'first begun after'];
await (values.failover ? failovers() : outages());
await rm(folder, { recursive: true });
