/**
 * Measures how much of Redis's memory a caption takes: while it waits, with its pixels, record and job; after its end,
 * for as long as it can be read; and when a webhook told of it, which is kept for a week.
 *
 *   npm run bench:redis-memory [-- --captions 500 --pixels 384]
 *
 * Needs `redis-server` on the PATH and everything built, and room for the pixels: 0.5 MB for each caption.
 */
import { parseArgs } from 'node:util';
import { newCaptionId } from '@blipq/contracts';
import { DeliveryWorker, WorkConsumer, WorkQueue } from '@blipq/queue';
import { OwnRedis } from '@blipq/test-servers';
import { Redis } from 'ioredis';
import { table } from './markdown-table.js';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: { captions: { type: 'string', default: '500' }, pixels: { type: 'string', default: '384' } },
});
const [count, side] = [Number(values.captions), Number(values.pixels)];
const greedy = { min_new_tokens: 0, num_beams: 1, length_penalty: 1, early_stopping: false, repetition_penalty: 1 };
const params = { ...greedy, max_new_tokens: 20, no_repeat_ngram_size: 0 };
const model = 'Salesforce/blip-image-captioning-large';
const webhook = {
  url: 'https://hooks.example.com/captions',
  events: ['caption.succeeded' as const],
  secret: 'default',
};

/** As long as BLIP's mostly are. */
const caption = {
  text: 'a dog sitting on the grass in front of a wooden fence with a red ball beside it',
  score: -0.41,
  tokens: Array.from({ length: 18 }, (_, n) => ({ id: 1037 + 911 * n, logprob: -0.123456789 - n / 100 })),
};

const own = await OwnRedis.create({ settings: { appendonly: 'no', 'maxmemory-policy': 'noeviction' } });
await own.start();
const redis = new Redis(own.url);

/** After Redis has let go of what it deletes in the background. */
async function usedBytes(): Promise<number> {
  for (;;) {
    const info = await redis.info('memory');
    const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)![1]);
    if (field('lazyfree_pending_objects') === 0) return field('used_memory');
  }
}

/** Mean MEMORY USAGE of the keys of a kind, and how many there are. */
async function keysOf(namespace: string) {
  const sums = new Map<string, { bytes: number; keys: number }>();
  for (const key of await redis.keys(`${namespace}:*`)) {
    const bytes = Number(await redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '0'));
    const kind = /}:(jobs:captions[^:]*|[^:]*)/.exec(key)?.[1] ?? key;
    const sum = sums.get(kind) ?? { bytes: 0, keys: 0 };
    sums.set(kind, { bytes: sum.bytes + bytes, keys: sum.keys + 1 });
  }
  return [...sums].filter(([, { bytes }]) => bytes / count >= 8).sort(([, a], [, b]) => b.bytes - a.bytes);
}

async function measure(withWebhook: boolean) {
  const namespace = withWebhook ? 'told' : 'plain';
  const address = { redisUrl: own.url, namespace };
  const queue = new WorkQueue({ ...address, openMax: count + 1, bytesMax: Number.MAX_SAFE_INTEGER });
  await queue.start();
  const submit = async () => {
    const pixels = new Uint8Array(side * side * 3);
    const image = { width: 640, height: 480, format: 'jpeg' as const, sha256: 'ab'.repeat(32), bytes: 81_234 };
    const task = { id: newCaptionId(), model, revision: 'cd'.repeat(20), prompt: null, params };
    return await queue.submit({ ...task, image, pixels, preprocessMs: 9, ...(withWebhook && { webhook }) });
  };
  // Scripts are loaded and connections opened before anything is counted.
  await queue.delete((await submit()).work.id);
  const before = await usedBytes();
  let last = '';
  for (let n = 0; n < count; n += 1) last = (await submit()).work.id;
  const waiting = await usedBytes();
  const keys = await keysOf(namespace);
  const inference = { encode_ms: 421.4, decode_ms: 134.2, batch_size: 8, device: 'cpu' };
  const worker = new WorkConsumer({
    ...{ ...address, serves: () => ({ task: 'captioning', model }) as const, concurrency: 16 },
    handler: async ({ revision }) => ({ caption, inference, revision, precision: 'int8' }),
  });
  let sent = 0;
  let allSent = () => {};
  const sending = new Promise<void>((resolve) => {
    allSent = resolve;
  });
  const notifier = new DeliveryWorker({
    ...address,
    gate: { enter: async () => ({ leave: () => undefined }) },
    send: async () => {
      const attempt = { at: new Date().toISOString(), duration_ms: 42, status: 200, error: null };
      return { status: 'delivered', attempt, host: 'alive' };
    },
    onAttempt: () => {
      sent += 1;
      if (sent === count) allSent();
    },
  });
  await worker.start();
  await queue.wait(last, { timeoutMs: 600_000 });
  await worker.stop();
  if (withWebhook) {
    await notifier.start();
    await sending;
    await notifier.stop();
  }
  const ended = await usedBytes();
  await queue.stop();
  return {
    waiting: (waiting - before) / count,
    ended: (ended - before) / count,
    keys,
    endedKeys: await keysOf(namespace),
  };
}

try {
  const plain = await measure(false);
  const told = await measure(true);
  const kb = (bytes: number) => (bytes / 1000).toFixed(2);
  const version = /redis_version:(\S+)/.exec(await redis.info('server'))![1];
  console.log(
    `${count} captions, ${side}×${side} pixels, Redis ${version}, used_memory per caption, without its append-only file\n`,
  );
  const rows = [
    ['waits for a worker', kb(plain.waiting)],
    ['has succeeded', kb(plain.ended)],
    ['has succeeded, and a webhook told of it', kb(told.ended)],
  ];
  console.log(`${table(['a caption that', 'kB'], rows)}\n`);
  for (const [title, keys] of [
    ['waits', plain.keys],
    ['has succeeded, with its webhook', told.endedKeys],
  ] as const) {
    const each = keys.map(([kind, { bytes }]) => [kind, kb(bytes / count)]);
    console.log(`${table([`keys of one that ${title}`, 'kB'], each)}\n`);
  }
} finally {
  redis.disconnect();
  await own.remove();
}
