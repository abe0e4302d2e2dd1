/**
 * Measures one notifier: captions end while it is stopped, then it starts and delivers all of them, signed, to
 * receivers in another process that verify every message. From the first message received to the last.
 *
 *   npm run bench:webhooks [-- --captions 5000]
 *
 * Needs `redis-server` on the PATH and everything built. Redis writes every change to disk before it answers, as
 * standalone's does, and shares the CPUs with the notifier and the receivers.
 */
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { newCaptionId } from '@blipq/contracts';
import { WorkQueue } from '@blipq/queue';
import { AppProcess, OwnRedis } from '@blipq/test-servers';
import { newWebhookSecret } from '@blipq/webhooks';
import { treeCpuS } from './process-cpu.js';
import type { ReceiverReport } from './webhook-receiver.js';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: { captions: { type: 'string', default: '5000' } },
});
const captions = Number(values.captions);
const secret = newWebhookSecret();

/** Has captions end, canceled, whose webhooks go to these ports in turn. */
async function endCaptions(redisUrl: string, namespace: string, ports: number[]): Promise<void> {
  const queue = new WorkQueue({ redisUrl, namespace, openMax: captions });
  await queue.start();
  const submit = async (n: number) => {
    const { work } = await queue.submit({
      ...{ id: newCaptionId(), model: 'bench', revision: 'r1', prompt: null },
      params: {
        ...{ max_new_tokens: 20, min_new_tokens: 0, num_beams: 1, length_penalty: 1, early_stopping: false },
        ...{ repetition_penalty: 1, no_repeat_ngram_size: 0 },
      },
      image: { width: 640, height: 480, format: 'jpeg', sha256: 'ab'.repeat(32), bytes: 50_000 },
      pixels: new Uint8Array(12),
      webhook: {
        url: `http://127.0.0.1:${ports[n % ports.length]}/hook`,
        events: ['caption.canceled'],
        secret: 'default',
      },
    });
    await queue.cancel(work.id);
  };
  const numbers = Array.from({ length: captions }, (_, n) => n).values();
  const lane = async () => {
    for (const n of numbers) await submit(n);
  };
  await Promise.all(Array.from({ length: 64 }, lane));
  await queue.stop();
}

async function measure(redisUrl: string, hosts: number): Promise<void> {
  const namespace = `bench-${randomBytes(4).toString('hex')}`;
  const receiver = fork(fileURLToPath(new URL('./webhook-receiver.js', import.meta.url)));
  receiver.send({ secret, hosts });
  const [{ ports }] = (await once(receiver, 'message')) as [Extract<ReceiverReport, { ports: number[] }>];
  await endCaptions(redisUrl, namespace, ports);
  receiver.send({ expect: captions });
  const notifier = new AppProcess('notifier', {
    ...{ REDIS_URL: redisUrl, BLIPQ_NAMESPACE: namespace, BLIPQ_HEALTH_PORT: '0' },
    ...{ BLIPQ_WEBHOOK_SECRET: secret, BLIPQ_WEBHOOK_ALLOW: '127.0.0.1', BLIPQ_WEBHOOK_HTTP: '1' },
    ...{ BLIPQ_WEBHOOK_PORTS: ports.join(' '), BLIPQ_LOG_LEVEL: 'warn' },
  });
  const [report] = (await once(receiver, 'message')) as [Extract<ReceiverReport, { seconds: number }>];
  const { seconds, requests } = report;
  const cpuMs = (treeCpuS(notifier.child.pid!) / captions) * 1000;
  const rate = (captions / seconds).toFixed(0);
  const counts = `${captions} ids in ${seconds.toFixed(1)} s, ${requests} requests`;
  console.log(
    `${String(hosts).padStart(2)} receivers  ${rate} deliveries/s  (${counts}; ${cpuMs.toFixed(2)} ms of the notifier's CPU time each)`,
  );
  receiver.kill();
  await notifier.kill();
}

const redis = await OwnRedis.create();
await redis.start();
try {
  console.log(`${availableParallelism()} CPUs, Node ${process.version}, one notifier`);
  for (const hosts of [1, 4, 16]) await measure(redis.url, hosts);
} finally {
  await redis.remove();
}
