import { readFileSync } from 'node:fs';
import { afterEach, expect, inject, test, vi } from 'vitest';
import { LiveGateway, repositoryFile } from '../../apps/gateway/src/testing/live-gateway.js';
import { shippedScaledObject } from '../../benchmarks/src/shipped-scaled-object.js';
import { OwnRedis } from '../../packages/test-servers/src/own-redis.js';
import { type Moment, type QueueKeys, SimulatedCluster } from './simulated-cluster.js';

const spec = shippedScaledObject();

/** A GPU worker, assumed: the simulation is about the number of workers, not about their speed. */
const worker = { perSecond: 8, startS: 90, concurrency: 64 };

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** A gateway in a Redis where nobody has been yet. */
async function emptyCluster(redisUrl = inject('redisUrl')) {
  const gateway = await new LiveGateway(redisUrl).start();
  stops.push(() => gateway.stop());
  const demand = async () => {
    const response = await fetch(`${gateway.internalUrl}/internal/scale`);
    return response.status === 200 ? ((await response.json()) as { demand: number }).demand : undefined;
  };
  return { gateway, demand };
}

async function cluster(replicas = 0, redisUrl = inject('redisUrl'), scaledObject = spec, fallbackStarts = true) {
  const { gateway, demand } = await emptyCluster(redisUrl);
  const queue = await queueOf(gateway);
  await vi.waitFor(async () => expect(await demand()).toBe(0));
  const simulated = new SimulatedCluster({
    redis: gateway.redis,
    queue,
    demand,
    spec: scaledObject,
    replicas,
    fallbackStarts,
    ...worker,
  });
  return { simulated, demand, redis: gateway.redis, queue };
}

/** Where jobs are is the queue's to know: a caption is submitted, looked for, and deleted again. */
async function queueOf(gateway: LiveGateway): Promise<QueueKeys> {
  await gateway.registerModel();
  const body = new Uint8Array(readFileSync(repositoryFile('test/images/rocket.jpg')));
  const submitted = await fetch(`${gateway.url}/v1/captions`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'image/jpeg' },
  });
  const { id } = (await submitted.json()) as { id: string };
  const [prioritized, ...more] = (await gateway.keys()).filter((key) => key.endsWith(':prioritized'));
  expect({ status: submitted.status, more }).toEqual({ status: 202, more: [] });
  await fetch(`${gateway.url}/v1/captions/${id}`, { method: 'DELETE' });
  return { jobs: prioritized!.replace(/prioritized$/, ''), open: `${gateway.namespace}:{captions}:open` };
}

/** Fewer workers less than five minutes after more of them. */
function flaps(moments: Moment[]): Moment[] {
  let roseAtS = Number.NEGATIVE_INFINITY;
  return moments.filter(({ replicas, atS }, n) => {
    const before = moments[n - 1]?.replicas ?? replicas;
    if (replicas > before) roseAtS = atS;
    return replicas < before && atS - roseAtS < 300;
  });
}

const first = (moments: Moment[], when: (moment: Moment) => boolean) => moments.find(when)?.atS;
const withoutWorkers = (moments: Moment[]) => moments.filter(({ toDo, replicas }) => toDo > 0 && replicas === 0);

test('a burst of 10,000 from none: the first worker within one look, all within a minute and a half, then none again', async () => {
  const { simulated } = await cluster();
  await simulated.pass(60);
  expect(simulated.moments.every(({ replicas }) => replicas === 0)).toBe(true);
  const burstS = simulated.nowS;
  await simulated.submit(10_000);
  const moments = await simulated.pass(2400);
  expect(first(moments, ({ replicas }) => replicas > 0)! - burstS).toBeLessThanOrEqual(spec.pollingInterval);
  const full = first(moments, ({ replicas }) => replicas === spec.maxReplicaCount)!;
  expect(full - burstS).toBeLessThanOrEqual(90);
  // What ten workers need for it, and the time until they are there.
  const made = first(moments, ({ toDo }) => toDo === 0)!;
  expect(made - burstS).toBeLessThanOrEqual(full - burstS + worker.startS + 10_000 / (10 * worker.perSecond) + 30);
  expect(withoutWorkers(moments)).toEqual([]);
  expect(flaps(moments)).toEqual([]);
  // KEDA saw demand last at its look before that.
  const gone = first(moments, ({ replicas, atS }) => atS > made && replicas === 0)!;
  expect(gone - made).toBeGreaterThanOrEqual(spec.cooldownPeriod - spec.pollingInterval);
  expect(gone - made).toBeLessThanOrEqual(spec.cooldownPeriod + spec.pollingInterval);
});

test('a new cluster: one worker comes by itself, registers its model, and is gone after the cooldown', async () => {
  const { gateway, demand } = await emptyCluster();
  await expect.poll(async () => (await fetch(`${gateway.url}/readyz`)).status).toBe(503);
  const nothing = {
    jobs: `${gateway.namespace}:{captions}:jobs:captions.demo:`,
    open: `${gateway.namespace}:{captions}:open`,
  };
  const simulated = new SimulatedCluster({ redis: gateway.redis, queue: nothing, demand, spec, ...worker });
  const preparing = await simulated.pass(1800);
  expect(first(preparing, ({ replicas }) => replicas === 1)).toBeLessThanOrEqual(spec.pollingInterval);
  expect(Math.max(...preparing.map(({ replicas }) => replicas))).toBe(1);
  expect(preparing.at(-1)).toMatchObject({ replicas: 1, ready: 1 });
  await gateway.registerModel();
  await expect.poll(async () => (await fetch(`${gateway.url}/readyz`)).status).toBe(200);
  const registeredS = simulated.nowS;
  const gone = first(await simulated.pass(1200), ({ replicas }) => replicas === 0)!;
  expect(gone - registeredS).toBeGreaterThanOrEqual(spec.cooldownPeriod - spec.pollingInterval);
});

/** How often the number of workers changed. */
const changes = (moments: Moment[]) =>
  moments.filter(({ replicas }, n) => n > 0 && replicas !== moments[n - 1]!.replicas).length;

test('steady load: enough workers, and their number stays as it is', async () => {
  const { simulated } = await cluster();
  await simulated.pass(1500, 40);
  const moments = await simulated.pass(3600, 40);
  expect(changes(moments)).toBe(0);
  // 40 per second keep five busy.
  expect(moments[0]!.ready).toBeGreaterThanOrEqual(5);
  expect(moments[0]!.replicas).toBeLessThan(spec.maxReplicaCount);
  expect(withoutWorkers(moments)).toEqual([]);
});

test('load that goes up and down by the minute moves nobody', async () => {
  const { simulated } = await cluster();
  await simulated.pass(1500, 40);
  const from = simulated.moments.length;
  for (let minute = 0; minute < 30; minute += 1) await simulated.pass(60, minute % 2 === 0 ? 30 : 50);
  const moments = simulated.moments.slice(from);
  expect(flaps(moments)).toEqual([]);
  expect(changes(moments)).toBeLessThanOrEqual(4);
  expect(Math.max(...moments.map(({ toDo }) => toDo))).toBeLessThan(50 * 60);
});

test('the model shows what a wrong number does: at twice the target, workers come and go all the time', async () => {
  const [trigger] = spec.triggers;
  const { targetValue } = trigger!.metadata;
  const metadata = { ...trigger!.metadata, targetValue: String(2 * Number(targetValue)) };
  const { simulated } = await cluster(0, undefined, { ...spec, triggers: [{ metadata }] });
  await simulated.pass(1500, 40);
  expect(changes(await simulated.pass(3600, 40))).toBeGreaterThan(10);
});

test('drain: workers leave one by one, and the last ones after the cooldown', async () => {
  const { simulated } = await cluster(10);
  await simulated.submit(3000);
  const moments = await simulated.pass(1800);
  const made = first(moments, ({ toDo }) => toDo === 0)!;
  const falls = moments.filter(({ replicas }, n) => n > 0 && replicas < moments[n - 1]!.replicas);
  expect(falls.length).toBeGreaterThan(1);
  expect(falls[0]!.atS - made).toBeGreaterThanOrEqual(240);
  for (const [n, { atS, replicas }] of falls.slice(1).entries()) {
    if (replicas > 0) expect(atS - falls[n]!.atS).toBeGreaterThanOrEqual(120);
  }
  expect(falls.at(-1)!.replicas).toBe(0);
  expect(falls.at(-1)!.atS - made).toBeGreaterThanOrEqual(spec.cooldownPeriod - spec.pollingInterval);
  expect(moments.some(({ replicas }, n) => n > 0 && replicas > moments[n - 1]!.replicas)).toBe(false);
});

test('an outage of Redis: unknown demand is not none, workers stay, and come back in number with Redis', async () => {
  const own = await OwnRedis.create();
  await own.start();
  stops.push(() => own.remove());
  const { simulated, demand } = await cluster(8, own.url);
  await simulated.submit(6000);
  await simulated.pass(60);
  await own.kill();
  simulated.outage = true;
  // Longer than the cooldown.
  const dark = await simulated.pass(900);
  expect(dark.every((moment) => moment.demand === undefined)).toBe(true);
  expect(dark.filter(({ replicas }) => replicas < spec.fallback.replicas)).toEqual([]);
  await own.start();
  await vi.waitFor(async () => expect(await demand()).toBeGreaterThan(0));
  simulated.outage = false;
  const backS = simulated.nowS;
  const after = await simulated.pass(1200);
  expect(first(after, ({ replicas }) => replicas === spec.maxReplicaCount)! - backS).toBeLessThanOrEqual(90);
  expect(withoutWorkers(after)).toEqual([]);
  expect(first(after, ({ toDo }) => toDo === 0)).toBeDefined();
});

test('an outage of Redis while there is no worker starts those of the fallback, which leave after the cooldown', async () => {
  const own = await OwnRedis.create();
  await own.start();
  stops.push(() => own.remove());
  const { simulated, demand } = await cluster(0, own.url);
  await own.kill();
  simulated.outage = true;
  const dark = await simulated.pass(120);
  expect(dark.every((moment) => moment.demand === undefined)).toBe(true);
  expect(dark.at(-1)!.replicas).toBe(spec.fallback.replicas);
  await own.start();
  await vi.waitFor(async () => expect(await demand()).toBe(0));
  simulated.outage = false;
  expect((await simulated.pass(1200)).at(-1)!.replicas).toBe(0);
});

test('a KEDA before 2.20 starts none then, and what came meanwhile starts one at the next look', async () => {
  const own = await OwnRedis.create();
  await own.start();
  stops.push(() => own.remove());
  const { simulated, demand } = await cluster(0, own.url, spec, false);
  await own.kill();
  simulated.outage = true;
  const dark = await simulated.pass(120);
  expect(dark.every((moment) => moment.demand === undefined && moment.replicas === 0)).toBe(true);
  await own.start();
  await vi.waitFor(async () => expect(await demand()).toBe(0));
  simulated.outage = false;
  await simulated.submit(1);
  const backS = simulated.nowS;
  const after = await simulated.pass(60);
  expect(first(after, ({ replicas }) => replicas === 1)! - backS).toBeLessThanOrEqual(spec.pollingInterval);
});

test('a paused queue: what runs is finished, then no worker is kept for what may not run, until it is resumed', async () => {
  const { simulated, redis, queue } = await cluster(4);
  await simulated.submit(5000);
  await simulated.pass(60);
  await redis.hset(`${queue.jobs}meta`, 'paused', 1);
  const paused = await simulated.pass(1200);
  expect(paused.at(-1)).toMatchObject({ demand: 0, replicas: 0 });
  expect(simulated.toDo).toBeGreaterThan(2500);
  await redis.hdel(`${queue.jobs}meta`, 'paused');
  const resumedS = simulated.nowS;
  const after = await simulated.pass(1200);
  expect(first(after, ({ replicas }) => replicas > 0)! - resumedS).toBeLessThanOrEqual(spec.pollingInterval);
  expect(first(after, ({ toDo }) => toDo === 0)).toBeDefined();
});

test('a caption that a crash left without a job wakes a worker up', async () => {
  const { simulated, redis, queue } = await cluster();
  // The reconciler looks at what is due, or further off than the minute after which it looks again.
  await redis.zadd(queue.open, Date.now() + 50_000, 'cap_left');
  const moments = await simulated.pass(30);
  expect(first(moments, ({ replicas }) => replicas === 1)).toBe(0);
});
