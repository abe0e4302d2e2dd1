/**
 * Measures what callers and workers notice of a Redis that is killed, or frozen, for a while: how long a submit takes to
 * be refused meanwhile, and how long after Redis is back the first one is accepted and the first caption is begun.
 *
 *   npm run bench:outages [-- --lengths 3,8,25,60]
 *
 * Gateway, worker (with the bundled model) and Redis are processes of their own. Needs `redis-server` on the PATH and
 * everything built.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort, OwnRedis } from '@blipq/test-servers';
import sharp from 'sharp';
import { table } from './markdown-table.js';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: { lengths: { type: 'string', default: '3,8,25,60' } },
});
const path = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'blipq-bench-'));
const redis = await OwnRedis.create();
const port = await freePort();
const image = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'teal' } })
  .png()
  .toBuffer();

interface Answer {
  status: number;
  ms: number;
  id?: string;
}

async function start(app: string, env: Record<string, string>): Promise<ChildProcess> {
  const common = { REDIS_URL: redis.url, BLIPQ_NAMESPACE: namespace, HOST: '127.0.0.1', BLIPQ_LOG_LEVEL: 'silent' };
  const child = fork(path(`apps/${app}/dist/main.js`), [], { env: { ...process.env, ...common, ...env } });
  for (;;) {
    const [message] = (await once(child, 'message')) as [{ blipq?: string }];
    if (message.blipq === 'ready') return child;
  }
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

/** Submits until one is accepted; the time at which that was, by the clock, and its id. */
async function accepted(): Promise<{ atMs: number; id: string }> {
  for (;;) {
    const { id } = await submit();
    if (id !== undefined) return { atMs: Date.now(), id };
    await delay(50);
  }
}

async function begunAt(id: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/captions/${id}`, { headers: { prefer: 'wait=60' } });
  const { state, started_at } = (await answer.json()) as { state: string; started_at: string };
  if (state !== 'succeeded') throw new Error(`${id} is ${state}`);
  return Date.parse(started_at);
}

async function outage(fault: 'killed' | 'frozen', seconds: number): Promise<string[]> {
  await begunAt((await accepted()).id);
  const over = performance.now() + seconds * 1000;
  if (fault === 'killed') await redis.kill();
  else redis.signal('SIGSTOP');
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
  const statuses = [...new Set(refused.map(({ status }) => status))].join(', ');
  const times = refused.map(({ ms }) => ms).sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)]!;
  return [
    ...[fault, `${seconds} s`, String(refused.length), statuses],
    ...[`${median.toFixed(0)} ms`, `${times.at(-1)!.toFixed(0)} ms`],
    ...[`${first.atMs - backMs} ms`, `${begun - backMs} ms`],
  ];
}

const namespace = `bench-${randomBytes(4).toString('hex')}`;
const children: ChildProcess[] = [];
try {
  await redis.start();
  children.push(await start('gateway', { PORT: String(port), BLIPQ_INTERNAL_PORT: '0' }));
  children.push(
    await start('worker', { BLIPQ_HEALTH_PORT: '0', BLIPQ_MODEL: path('models/demo'), BLIPQ_CACHE: folder }),
  );
  const rows: string[][] = [];
  for (const fault of ['killed', 'frozen'] as const) {
    for (const length of values.lengths.split(',')) rows.push(await outage(fault, Number(length)));
  }
  const head = ['Redis is', 'for', 'submits meanwhile', 'answers', 'median', 'slowest'];
  console.log(table([...head, 'first accepted after', 'first begun after'], rows));
} finally {
  for (const child of children) child.kill('SIGKILL');
  await redis.remove();
  await rm(folder, { recursive: true });
}
