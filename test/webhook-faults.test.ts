import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest';
import { composeNotifier } from '../apps/notifier/src/compose.js';
import { notifierSettings } from '../apps/notifier/src/config.js';
import { DeliveryLog, WorkQueue } from '../packages/queue/src/index.js';
import { createLogger, loadConfig } from '../packages/service/src/index.js';
import { OwnRedis } from '../packages/test-servers/src/own-redis.js';
import { newWebhookSecret } from '../packages/webhooks/src/index.js';
import { type Answer, endedCaption, type NotifierEnv, Receiver, startNotifier } from './webhooks.js';

const secret = newWebhookSecret();
const ok: Answer = (response) => void response.end();
const status =
  (code: number, headers = {}): Answer =>
  (response) =>
    void response.writeHead(code, headers).end();

let redisUrl: string;
let namespace: string;
let queue: WorkQueue;
let log: DeliveryLog;

beforeEach(async () => {
  redisUrl = inject('redisUrl');
  namespace = `test-${randomUUID()}`;
  await connect();
});

afterEach(async () => {
  await queue.stop();
  await log.stop();
});

async function connect(): Promise<void> {
  queue = new WorkQueue({ redisUrl, namespace, commandTimeoutMs: 120_000 });
  log = new DeliveryLog({ redisUrl, namespace, commandTimeoutMs: 120_000 });
  await Promise.all([queue.start(), log.start()]);
}

/** Short pauses; receivers on 127.0.0.1 at these ports and nowhere else. */
function env(receivers: { port: number }[], changes: Record<string, string> = {}): NotifierEnv {
  return {
    REDIS_URL: redisUrl,
    BLIPQ_NAMESPACE: namespace,
    BLIPQ_WEBHOOK_SECRET: secret,
    BLIPQ_WEBHOOK_PORTS: receivers.map(({ port }) => port).join(' '),
    BLIPQ_WEBHOOK_RETRIES_MS: '50 50 50 50',
    ...changes,
  };
}

const settled = (id: string, state: string) =>
  vi.waitFor(
    async () => {
      const delivery = await log.read(id, 'public');
      expect(delivery?.state).toBe(state);
      return delivery!;
    },
    { interval: 50 },
  );

test.each([
  ['answers 500', status(500), 500],
  ['answers 301', status(301, { location: '/elsewhere' }), 301],
  ['answers 404', status(404), 404],
  ['closes in the middle of its head', (response) => void response.socket!.end('HTTP/1.1 200 OK\r\nX-'), null],
  ['resets the connection', (response) => void response.socket!.resetAndDestroy(), null],
] as [string, Answer, number | null][])(
  'a receiver that %s at first gets the same message again until it takes it',
  async (_what, fault, code) => {
    const receiver = await Receiver.start(secret, (...all) => (all[1] === 1 ? fault : ok)(...all));
    await startNotifier(env([receiver]));
    const id = await endedCaption(queue, receiver.url);
    const delivery = await settled(id, 'delivered');
    expect(delivery.attempts.map((attempt) => attempt.status)).toEqual([code, 200]);
    expect([...receiver.counts]).toEqual([[id, 2]]);
    expect(receiver.errors).toEqual([]);
  },
);

test.each([
  ['hangs', () => {}],
  ['drips its head', drip('HTTP/1.1 200 OK\r\nX-Slow: ')],
] as [string, Answer][])(
  'a receiver that %s at first gets the same message again until it takes it',
  async (...row) => {
    const [, fault] = row;
    const receiver = await Receiver.start(secret, (...all) => (all[1] === 1 ? fault : ok)(...all));
    await startNotifier(env([receiver], { BLIPQ_WEBHOOK_TIMEOUT_MS: '2000' }));
    const id = await endedCaption(queue, receiver.url);
    const { attempts } = await settled(id, 'delivered');
    // On a machine so busy that a good answer takes two seconds too, there are more attempts.
    expect([attempts[0]!.status, attempts.at(-1)!.status]).toEqual([null, 200]);
    expect([...receiver.counts.keys()]).toEqual([id]);
    expect(receiver.errors).toEqual([]);
  },
);

test.each([
  ['closes in the middle of its body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome', true],
  ['sends a body without end', `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(1_000_000)}`, false],
])('a receiver that answers 200 and %s has received it, once', async (_what, bytes, close) => {
  const receiver = await Receiver.start(secret, (response) => {
    response.socket!.write(bytes);
    if (close) response.socket!.end();
  });
  await startNotifier(env([receiver]));
  const id = await endedCaption(queue, receiver.url);
  await settled(id, 'delivered');
  expect([...receiver.counts]).toEqual([[id, 1]]);
});

test('a redirect sends nothing to where it points', async () => {
  const elsewhere = await Receiver.start(secret, ok);
  const receiver = await Receiver.start(secret, status(307, { location: elsewhere.url }));
  await startNotifier(env([receiver, elsewhere]));
  const id = await endedCaption(queue, receiver.url);
  expect(await settled(id, 'failed')).toMatchObject({ reason: 'attempts_exhausted', attempt: 5 });
  expect(elsewhere.connections).toHaveLength(0);
  expect([...receiver.counts]).toEqual([[id, 5]]);
});

test('429 with Retry-After is left alone for as long as it asks', async () => {
  const busy = status(429, { 'retry-after': '1' });
  const receiver = await Receiver.start(secret, (...all) => (all[1] === 1 ? busy : ok)(...all));
  await startNotifier(env([receiver]));
  await settled(await endedCaption(queue, receiver.url), 'delivered');
  const [first, second] = receiver.messages;
  expect(second!.at - first!.at).toBeGreaterThanOrEqual(990);
});

test('after 410 an endpoint gets nothing more', async () => {
  const receiver = await Receiver.start(secret, status(410));
  await startNotifier(env([receiver]));
  expect(await settled(await endedCaption(queue, receiver.url), 'failed')).toMatchObject({ reason: 'gone' });
  const second = await settled(await endedCaption(queue, receiver.url), 'failed');
  expect(second).toMatchObject({ reason: 'endpoint_disabled', attempt: 0 });
  expect(receiver.messages).toHaveLength(1);
});

test('nothing is sent to a private address, also when a name turns into one at the second lookup', async () => {
  const receiver = await Receiver.start(secret, status(500));
  const inside = await Receiver.start(secret, ok, '127.0.0.9', receiver.port);
  const lookups: string[] = [];
  const resolve = async (host: string) => [lookups.push(host) === 1 ? '127.0.0.1' : '127.0.0.9'];
  const { config } = loadConfig(notifierSettings, {
    ...env([receiver], { BLIPQ_WEBHOOK_ALLOW: '127.0.0.1', BLIPQ_WEBHOOK_HTTP: '1', BLIPQ_HEALTH_PORT: '0' }),
  });
  const stopping = new AbortController().signal;
  const parts = composeNotifier(config, createLogger({ name: 'notifier', level: 'silent' }), { stopping, resolve });
  for (const part of parts) await part.start();
  onTestFinished(async () => {
    for (const part of parts.toReversed()) await part.stop();
  });
  const named = await endedCaption(queue, `http://hook.example.com:${receiver.port}/hook`);
  const literal = await endedCaption(queue, inside.url);
  const delivery = await settled(named, 'failed');
  await settled(literal, 'failed');
  expect(delivery.attempts.map((attempt) => attempt.status)).toEqual([500, null, null, null, null]);
  expect(delivery.attempts[1]!.error).toContain('not public');
  expect(lookups).toHaveLength(5);
  expect(inside.connections).toHaveLength(0);
});

test('what ended while no notifier ran is delivered when one comes', async () => {
  const receiver = await Receiver.start(secret, ok);
  const first = await startNotifier(env([receiver]));
  await first.kill('SIGKILL');
  const ids = await Promise.all(Array.from({ length: 5 }, () => endedCaption(queue, receiver.url)));
  await startNotifier(env([receiver]));
  for (const id of ids) await settled(id, 'delivered');
  expect(new Map(receiver.counts)).toEqual(new Map(ids.map((id) => [id, 1])));
});

test('a notifier killed while it sends has its message sent again, under the same id', async () => {
  let kill = () => {};
  const receiver = await Receiver.start(secret, (response, n) => (n === 1 ? kill() : void response.end()));
  const first = await startNotifier(env([receiver], { BLIPQ_WEBHOOK_TIMEOUT_MS: '60000' }));
  kill = () => void first.child.kill('SIGKILL');
  const id = await endedCaption(queue, receiver.url);
  await first.ended;
  await startNotifier(env([receiver]));
  await settled(id, 'delivered');
  expect([...receiver.counts]).toEqual([[id, 2]]);
});

test('a notifier killed right after a send loses nothing and makes up no id', async () => {
  let kill = () => {};
  const receiver = await Receiver.start(secret, (response, n) => void response.end(() => n === 20 && kill()));
  const first = await startNotifier(env([receiver]));
  kill = () => void first.child.kill('SIGKILL');
  const ids = await Promise.all(Array.from({ length: 60 }, () => endedCaption(queue, receiver.url)));
  await first.ended;
  await startNotifier(env([receiver]));
  for (const id of ids) await settled(id, 'delivered');
  expect([...receiver.counts.keys()].sort()).toEqual(ids.toSorted());
});

test('a Redis that is killed and comes back loses no webhook', async () => {
  const own = await OwnRedis.create();
  onTestFinished(() => own.remove());
  await own.start();
  await queue.stop();
  await log.stop();
  redisUrl = own.url;
  await connect();
  let restart: Promise<void> | undefined;
  const receiver = await Receiver.start(secret, (response, n) => {
    response.end();
    if (n === 10) restart = own.kill().then(() => own.start());
  });
  const ids = await Promise.all(Array.from({ length: 30 }, () => endedCaption(queue, receiver.url)));
  await startNotifier(env([receiver]));
  await vi.waitFor(() => expect(restart).toBeDefined());
  await restart;
  for (const id of ids) await settled(id, 'delivered');
  expect([...receiver.counts.keys()].sort()).toEqual(ids.toSorted());
});

test('others get their webhooks while a dead receiver, with 1,000 of them waiting, holds all that it may hold', async () => {
  const dead = await Receiver.start(secret, () => {});
  const alive = await Receiver.start(secret, ok);
  for (let i = 0; i < 20; i++) {
    await Promise.all(Array.from({ length: 50 }, () => endedCaption(queue, dead.url)));
  }
  // No send to the dead one ends while the test runs.
  await startNotifier(env([dead, alive], { BLIPQ_WEBHOOK_TIMEOUT_MS: '60000' }));
  await vi.waitFor(() => expect(dead.messages.length).toBeGreaterThanOrEqual(4));
  await Promise.all(Array.from({ length: 100 }, () => endedCaption(queue, alive.url)));
  await vi.waitFor(() => expect(alive.counts.size).toBe(100));
  expect(dead.messages).toHaveLength(4);
  expect((await log.list({ tenant: 'public', state: 'pending', limit: 100 })).data).toHaveLength(100);
  expect(dead.connections).toHaveLength(4);
});

test('a rotation signs with both secrets, so that receivers change when they like', async () => {
  const old = newWebhookSecret();
  const [moved, behind] = [await Receiver.start(secret, ok), await Receiver.start(old, ok)];
  await startNotifier(env([moved, behind], { BLIPQ_WEBHOOK_SECRET: `${secret} ${old}` }));
  for (const { url } of [moved, behind]) await settled(await endedCaption(queue, url), 'delivered');
  expect([...moved.errors, ...behind.errors]).toEqual([]);
});

test('SIGTERM lets a send end, and the notifier stops in order', async () => {
  let stop = () => {};
  const receiver = await Receiver.start(secret, (response) => {
    stop();
    setTimeout(() => response.end(), 100);
  });
  const notifier = await startNotifier(env([receiver]));
  stop = () => void notifier.child.kill('SIGTERM');
  const exit = once(notifier.child, 'exit');
  const id = await endedCaption(queue, receiver.url);
  expect(await exit).toEqual([0, null]);
  expect(await log.read(id, 'public')).toMatchObject({ state: 'delivered', attempt: 1 });
});

function drip(head: string): Answer {
  return ({ socket }) => {
    socket!.write(head);
    const timer = setInterval(() => socket!.write('x'), 20);
    socket!.on('close', () => clearInterval(timer));
  };
}
