import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type ClientRequest, get, request } from 'node:http';
import { deflateSync } from 'node:zlib';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { LiveGateway, repositoryFile } from '../apps/gateway/src/testing/live-gateway.js';
import { blankPng, pngChunk, pngOf } from '../packages/pixels/src/testing/png.js';
import { WorkQueue } from '../packages/queue/src/index.js';
import { greedy, patient, submission } from '../packages/queue/src/testing/fixtures.js';
import { TestQueue } from '../packages/queue/src/testing/test-queue.js';
import { AppProcess, freePort, OwnRedis } from '../packages/test-servers/src/index.js';
import { newWebhookSecret } from '../packages/webhooks/src/index.js';
import { childrenOf, peakMb } from './process-memory.js';
import { endedCaption, Receiver, startNotifier } from './webhooks.js';

/**
 * What docs/explanation/overload.md says of the memory of processes at their bounds: `npm run bounds` goes to the bounds that are
 * set by default and prints what it saw, `npm test` to lower ones of what takes long.
 */
const isWhole = process.env.BLIPQ_BOUNDS === 'whole';
const [waits, bodiesMb, images] = isWhole ? [4000, 256, 4] : [500, 0, 0];

/** In MB: a gateway for itself; each request that waits; what each MB of bodies takes while they grow. */
const gatewayMb = 170;
const waitMb = 0.045;
const bodyMb = 1.75;
/** A notifier with all in hand that it may have; a worker with two batches; the engine with one of the bundled model. */
const notifierMb = 250;
const workerMb = 200;
const engineMb = 450;
/** Of Redis, in KB: work that has not ended, with its job and where it is listed; and what each KB of pixels takes. */
const workKb = 5;
const pixelKb = 1.04;

const isLinux = process.platform === 'linux';
const uploadBytes = 10_000_000;
const see = (seen: object) => isWhole && process.stderr.write(`${JSON.stringify(seen)}\n`);

test.runIf(isLinux)('a gateway at all of its bounds', { timeout: 900_000 }, async () => {
  const namespace = `test-${randomUUID()}`;
  const around = new LiveGateway(inject('redisUrl'), { BLIPQ_NAMESPACE: namespace });
  await around.registerModel();
  const port = await freePort();
  const gateway = await new AppProcess('gateway', {
    ...{ REDIS_URL: inject('redisUrl'), BLIPQ_NAMESPACE: namespace, PORT: String(port), BLIPQ_INTERNAL_PORT: '0' },
    ...{ BLIPQ_THREADS: '2', BLIPQ_WAITS_MAX: String(waits) },
    BLIPQ_LOG_LEVEL: 'error',
  }).ready();
  const pid = gateway.child.pid!;
  const clients: ClientRequest[] = [];
  onTestFinished(async () => {
    for (const client of clients) client.destroy();
    await gateway.kill('SIGKILL');
    await around.stopAround();
  });
  const idle = peakMb(pid);
  // Watchers of a caption that nobody makes, until there is no place for another one.
  let id: string | undefined;
  while (id === undefined) ({ id } = await submitted(port, blankPng(64, 64)));
  for (let open = 0; open < waits; ) {
    const more = Array.from({ length: Math.min(100, waits - open) }, () => watch(port, id, clients));
    open += (await Promise.all(more)).filter((status) => status === 200).length;
  }
  expect(await watch(port, id, clients)).toBe(503);
  const waiting = peakMb(pid);
  // Uploads, which read-upload.test.ts has in every run: of eight clients that lack their last byte, until nobody has room for another.
  const refused: number[] = [];
  const count = Math.ceil((3 * bodiesMb * 1e6) / uploadBytes);
  const uploads: ClientRequest[] = [];
  await Promise.all(Array.from({ length: count }, (_, n) => allButTheEnd(port, n, uploads, refused)));
  await vi.waitFor(() => expect(refused.length).toBeGreaterThanOrEqual(count - (bodiesMb * 1e6) / uploadBytes));
  const uploading = peakMb(pid);
  for (const upload of uploads) upload.destroy();
  // Images of which each takes all the memory that one may; what they need of it, they need in decoders.
  const large = interlacedPng(7000);
  if (images > 0) await Promise.all(Array.from({ length: images }, () => submitted(port, large)));
  see({ gateway: { idle, waiting, uploading, decoding: peakMb(pid) }, decoders: childrenOf(pid).map(peakMb) });
  expect(idle).toBeLessThan(gatewayMb);
  expect(waiting).toBeLessThan(gatewayMb + waits * waitMb);
  expect(peakMb(pid)).toBeLessThan(gatewayMb + waits * waitMb + bodiesMb * bodyMb);
});

/** The status of a stream of events. */
async function watch(port: number, id: string, clients: ClientRequest[]): Promise<number> {
  const client = get({ host: '127.0.0.1', port, path: `/v1/captions/${id}/events`, agent: false });
  clients.push(client.on('error', () => undefined));
  const [response] = await once(client, 'response');
  response.on('error', () => undefined).resume();
  return response.statusCode;
}

async function allButTheEnd(port: number, n: number, uploads: ClientRequest[], refused: number[]): Promise<void> {
  const headers = { 'content-type': 'image/jpeg', 'content-length': uploadBytes };
  const from = { host: '127.0.0.1', localAddress: `127.0.0.${2 + (n % 8)}`, port, agent: false };
  const upload = request({ ...from, path: '/v1/captions', method: 'POST', headers });
  uploads.push(upload.on('error', () => undefined));
  upload.on('response', (response) => refused.push(response.resume().statusCode!));
  await new Promise<void>((resolve) => {
    upload.once('close', resolve).write(randomBytes(uploadBytes - 1), () => resolve());
  });
}

/** The answer, whatever it is: on a busy machine Redis may be too slow for a gateway, or an image take too long. */
async function submitted(port: number, image: Buffer): Promise<{ id?: string }> {
  const headers = { 'content-type': 'image/png' };
  const sent = { method: 'POST', headers, body: Buffer.from(image) };
  const answer = await fetch(`http://127.0.0.1:${port}/v1/captions`, sent);
  return (await answer.json()) as { id?: string };
}

/** Eight bytes for a pixel, all of them in memory, since no row is whole before the last of its passes. */
function interlacedPng(side: number): Buffer {
  const pixels = pngChunk('IDAT', deflateSync(Buffer.alloc(8 * side * side + 2 * side), { level: 1 }));
  return pngOf(side, side, [pixels], { depth: 16, colour: 6, interlaced: true });
}

test.runIf(isLinux)('a notifier that has in hand all that it may have', async () => {
  const [namespace, redisUrl] = [`test-${randomUUID()}`, inject('redisUrl')];
  const queue = new WorkQueue({ redisUrl, namespace, ...patient });
  await queue.start();
  onTestFinished(() => queue.stop());
  const secret = newWebhookSecret();
  // None of them answers. A tenant gets four fifths of 512.
  const receivers = await Promise.all(Array.from({ length: 50 }, () => Receiver.start(secret, () => undefined)));
  for (const { url } of receivers) await Promise.all(Array.from({ length: 12 }, () => endedCaption(queue, url)));
  const notifier = await startNotifier({
    ...{ REDIS_URL: redisUrl, BLIPQ_NAMESPACE: namespace, BLIPQ_WEBHOOK_SECRET: secret },
    ...{ BLIPQ_WEBHOOK_PORTS: receivers.map(({ port }) => port).join(' '), BLIPQ_WEBHOOK_TIMEOUT_MS: '60000' },
    BLIPQ_WEBHOOK_PER_HOST: '12',
  });
  const inHand = () => receivers.reduce((sum, { messages }) => sum + messages.length, 0);
  await vi.waitFor(() => expect(inHand()).toBeGreaterThanOrEqual(400));
  see({ notifier: peakMb(notifier.child.pid!), inHand: inHand() });
  expect(peakMb(notifier.child.pid!)).toBeLessThan(notifierMb);
});

test.runIf(isLinux)('a worker and its engine with more work than two batches', async () => {
  const live = await new TestQueue(inject('redisUrl')).start();
  onTestFinished(() => live.stop());
  const worker = new AppProcess('worker', {
    ...{
      REDIS_URL: live.redisUrl,
      BLIPQ_NAMESPACE: live.namespace,
      BLIPQ_HEALTH_PORT: '0',
      BLIPQ_CACHE: inject('modelCache'),
    },
    ...{ BLIPQ_MODEL: repositoryFile('models/demo'), BLIPQ_PRECISION: 'fp32', BLIPQ_BATCH_MAX: '16' },
  });
  onTestFinished(() => worker.kill('SIGKILL'));
  await worker.ready();
  const pixels = new Uint8Array(128 * 128 * 3);
  const params = { ...greedy, num_beams: 4 };
  const ids: string[] = [];
  for (let n = 0; n < 60; n += 1) ids.push((await live.queue.submit(submission({ params, pixels }))).work.id);
  for (const id of ids) expect((await live.ended(id)).state).toBe('succeeded');
  const pid = worker.child.pid!;
  const engines = childrenOf(pid).map(peakMb);
  see({ worker: peakMb(pid), engines });
  expect(peakMb(pid)).toBeLessThan(workerMb);
  expect(engines).toHaveLength(1);
  expect(engines[0]).toBeLessThan(engineMb);
});

test('Redis with as much work as may be open, and with as many pixels', async () => {
  const server = await OwnRedis.create({ settings: { appendonly: 'no' } });
  await server.start();
  const pixels = new Uint8Array(384 * 384 * 3);
  const openMax = isWhole ? 2000 : 200;
  const live = await new TestQueue(server.url, { openMax, bytesMax: openMax * pixels.length }).start();
  onTestFinished(async () => {
    await live.stop();
    await server.remove();
  });
  // Without the buffers of connections, in which the pixels of a submission may still be.
  const used = async () => {
    const info = await live.redis.info('memory');
    const [all, buffers] = ['used_memory', 'mem_clients_normal'].map((name) =>
      Number(info.match(`${name}:(\\d+)`)![1]),
    );
    return all! - buffers!;
  };
  await live.queue.delete((await live.queue.submit(submission({ pixels }))).work.id);
  const before = await used();
  for (let n = 0; n < openMax; n += 5) {
    await Promise.all(Array.from({ length: 5 }, () => live.queue.submit(submission({ pixels }))));
  }
  await expect(live.queue.submit(submission({ pixels }))).rejects.toMatchObject({ code: 'queue_full' });
  const eachKb = ((await used()) - before) / openMax / 1000;
  see({ redis: { eachKb, pixelsKb: pixels.length / 1000 } });
  expect(eachKb).toBeLessThan((pixelKb * pixels.length) / 1000 + workKb);
});
