/**
 * Measures how soon captions run again after what runs them has died: two workers (with the bundled model) as processes
 * of their own, each with all that it can take in hand, in engines that are frozen so that nothing ends by itself.
 *
 *   npm run bench:recovery [-- --rounds 10]
 *
 * Needs `redis-server` on the PATH and everything built.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type CaptionResource, newCaptionId, resolveParams } from '@blipq/contracts';
import { WorkQueue } from '@blipq/queue';
import { AppProcess, OwnRedis } from '@blipq/test-servers';
import { table } from './markdown-table.js';
import { median } from './median.js';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: { rounds: { type: 'string', default: '10' } },
});
const path = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const batchMax = 4;
const batchDeadlineMs = 2000;
const params = resolveParams({
  requested: {},
  manifest: { generation_config: {}, text_config: {}, positions_max: 64 },
  promptTokens: 1,
});

const folder = await mkdtemp(join(tmpdir(), 'blipq-bench-'));
const redis = await OwnRedis.create();
const namespace = `bench-${randomBytes(4).toString('hex')}`;
const queue = new WorkQueue({ redisUrl: redis.url, namespace });
const running = new Set<BenchWorker>();

/** A worker as it is deployed; its log tells the pids of its engines. */
class BenchWorker {
  readonly #process: AppProcess;

  private constructor(env: Record<string, string>) {
    const settings = { REDIS_URL: redis.url, BLIPQ_NAMESPACE: namespace, BLIPQ_HEALTH_PORT: '0' };
    const model = {
      BLIPQ_MODEL: path('models/demo'),
      BLIPQ_CACHE: folder,
      BLIPQ_THREADS: '1',
      BLIPQ_PRECISION: 'fp32',
    };
    const limits = { BLIPQ_BATCH_MAX: `${batchMax}`, BLIPQ_BATCH_DEADLINE_MS: '600000', BLIPQ_DRAIN_MS: '0' };
    this.#process = new AppProcess('worker', { ...settings, ...model, ...limits, ...env });
    running.add(this);
  }

  static async start(env: Record<string, string> = {}): Promise<BenchWorker> {
    const worker = new BenchWorker(env);
    await worker.#process.logged('model registered');
    return worker;
  }

  /** Of the engine that was ready last. */
  get #engine(): number {
    return Number(this.#process.log.findLast(({ msg }) => msg === 'engine ready')?.enginePid);
  }

  engine(signal: NodeJS.Signals): void {
    process.kill(this.#engine, signal);
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.child.kill(signal);
  }

  /** A frozen engine does not notice that its worker is gone. */
  async end(): Promise<void> {
    this.signal('SIGKILL');
    try {
      this.engine('SIGKILL');
    } catch {
      // It has ended.
    }
    await this.#process.ended;
    running.delete(this);
  }
}

/** Submits as many captions as the workers, whose engines are frozen, take in hand: two batches each. */
async function inHand(...workers: BenchWorker[]): Promise<string[]> {
  for (const worker of workers) worker.engine('SIGSTOP');
  const ids: string[] = [];
  while (ids.length < workers.length * 2 * batchMax) ids.push(await submit());
  for (const id of ids) while ((await queue.read(id))?.state !== 'processing') await delay(20);
  return ids;
}

async function submit(): Promise<string> {
  const image = { width: 128, height: 128, format: 'png', sha256: 'ab'.repeat(32), bytes: 1 } as const;
  const pixels = new Uint8Array(128 * 128 * 3);
  const work = { id: newCaptionId(), model: 'demo', revision: 'any', prompt: null, params, image, pixels };
  return (await queue.submit(work)).work.id;
}

async function ended(ids: string[]): Promise<CaptionResource[]> {
  const captions: CaptionResource[] = [];
  for (const id of ids) {
    const outcome = await queue.wait(id, { timeoutMs: 60_000 });
    if (outcome.status !== 'finished' || outcome.work.state !== 'succeeded') throw new Error(`${id} did not succeed`);
    captions.push(outcome.work);
  }
  return captions;
}

/** A worker and another both have all they can take in hand; one goes. Times until its captions are begun elsewhere. */
async function worker(signal: NodeJS.Signals): Promise<number[]> {
  const [victim, survivor] = [await BenchWorker.start(), await BenchWorker.start()];
  const ids = await inHand(victim, survivor);
  const atMs = Date.now();
  victim.signal(signal);
  survivor.engine('SIGCONT');
  const again = (await ended(ids)).filter(({ attempt }) => attempt === 2);
  if (again.length !== 2 * batchMax) throw new Error(`${again.length} captions were begun again`);
  await Promise.all([victim.end(), survivor.end()]);
  return again.map(({ started_at }) => Date.parse(started_at!) - atMs);
}

/** An engine goes in the middle of a batch. Time until the first of its captions is done. */
async function engine(fault: 'crashes' | 'hangs'): Promise<number[]> {
  const worker = await BenchWorker.start(fault === 'hangs' ? { BLIPQ_BATCH_DEADLINE_MS: `${batchDeadlineMs}` } : {});
  const ids = await inHand(worker);
  const began = await queue.read(ids[0]!);
  const atMs = fault === 'hangs' ? Date.parse(began!.started_at!) : Date.now();
  if (fault === 'crashes') worker.engine('SIGKILL');
  const captions = await ended(ids);
  await worker.end();
  return [Math.min(...captions.map(({ finished_at }) => Date.parse(finished_at!))) - atMs];
}

const faults: [what: string, run: () => Promise<number[]>][] = [
  ['a worker is killed (SIGKILL): begun elsewhere', () => worker('SIGKILL')],
  ['a worker is stopped (SIGTERM) and gives all back: begun elsewhere', () => worker('SIGTERM')],
  ['the engine crashes: first caption done', () => engine('crashes')],
  [`the engine hangs, batch deadline ${batchDeadlineMs / 1000} s: first caption done`, () => engine('hangs')],
];

try {
  await redis.start();
  await queue.start();
  // Builds the model, so that no start below does.
  await (await BenchWorker.start()).end();
  const rows: (string | number)[][] = [];
  for (const [what, run] of faults) {
    const times: number[] = [];
    for (let round = 0; round < Number(values.rounds); round += 1) times.push(...(await run()));
    const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
    rows.push([
      what,
      Number(values.rounds),
      times.length,
      ...[Math.min(...times), median(times), Math.max(...times)].map(seconds),
    ]);
    process.stderr.write(`${rows.at(-1)!.join(' · ')}\n`);
  }
  console.log(table(['what', 'rounds', 'times', 'least', 'median', 'most'], rows));
} finally {
  for (const each of running) await each.end();
  await queue.stop();
  await redis.remove();
  await rm(folder, { recursive: true });
}
