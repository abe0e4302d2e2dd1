import { newCaptionId } from '@blipq/contracts';
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest';
import { attempt, delivered, everyEvent, failed, LiveDeliveries } from '../testing/live-deliveries.js';
import { deliveryKeys } from './delivery-keys.js';
import type { DeliveryVerdict } from './delivery-worker.js';

const redisUrl = inject('redisUrl');
let live: LiveDeliveries;
beforeEach(async () => {
  live = await new LiveDeliveries(redisUrl).start();
});
afterEach(() => live.stop());

test('a receiver that wants no more gets no more of that endpoint, until a redelivery gets through', async () => {
  const gone: DeliveryVerdict = {
    status: 'failed',
    reason: 'gone',
    attempt: { ...attempt, status: 410 },
    host: 'alive',
  };
  let answer: DeliveryVerdict = gone;
  const { works } = await live.notifier(() => answer);
  const first = await live.canceled();
  expect(await live.settled(first, 'failed')).toMatchObject({ reason: 'gone', attempt: 1 });
  const second = await live.canceled();
  expect(await live.settled(second, 'failed')).toMatchObject({ reason: 'endpoint_disabled', attempt: 0 });
  const elsewhere = await live.canceled({ webhook: { ...everyEvent, url: 'https://example.com/other' } });
  await live.settled(elsewhere, 'failed');
  expect(works.map(({ id }) => id)).toEqual([first, elsewhere]);

  answer = delivered;
  expect(await live.log.redeliver(second, 'public')).toMatchObject({ state: 'pending', reason: null });
  await live.settled(second, 'delivered');
  await live.settled(await live.canceled(), 'delivered');
});

test('an endpoint that fails for too long is disabled', async () => {
  await live.notifier(() => failed(20), { failingMaxMs: 100 });
  expect(await live.settled(await live.canceled(), 'failed')).toMatchObject({ reason: 'endpoint_disabled' });
});

test('a redelivery starts over under the same id, also while the first is still waiting for its pause', async () => {
  let answer = failed(3_600_000);
  const { works } = await live.notifier(() => answer);
  const id = await live.canceled();
  await vi.waitFor(async () => expect((await live.log.read(id, 'public'))?.next_attempt_at).not.toBeNull());
  answer = delivered;
  await live.log.redeliver(id, 'public');
  await live.settled(id, 'delivered');
  await live.log.redeliver(id, 'public');
  await vi.waitFor(() => expect(works).toHaveLength(3));
  expect(works.map((work) => [work.id, work.attempt])).toEqual([1, 1, 1].map((n) => [id, n]));
  expect((await live.settled(id, 'delivered')).attempt).toBe(3);
});

test('deliveries are listed newest first, by state, page by page, and only to their tenant', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) ids.unshift(await live.canceled({ tenant: 'acme' }));
  await live.canceled({ tenant: 'other' });
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await live.log.list({ tenant: 'acme', state: 'pending', limit: 2, ...(cursor && { cursor }) });
    pages.push(page.data.map(({ id }) => id));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
  expect(pages.flat().sort()).toEqual([...ids].sort());
  expect((await live.log.list({ tenant: 'acme', state: 'delivered' })).data).toEqual([]);
  expect(await live.log.read(ids[0]!, 'other')).toBeNull();
  expect(await live.log.redeliver(ids[0]!, 'other')).toBeNull();
  expect(await live.log.ofWork(newCaptionId(), 'acme')).toEqual([]);
  await expect(live.log.list({ tenant: 'acme', cursor: 'nonsense' })).rejects.toMatchObject({ code: 'invalid_params' });
});

test('everything about deliveries is gone after a while', async () => {
  await live.notifier(() => delivered);
  await live.settled(await live.canceled(), 'delivered');
  const { delivery, attempts, deliveries } = deliveryKeys({ namespace: live.namespace });
  for (const key of await live.redis.keys(`${live.namespace}:*`)) {
    if (![delivery(''), attempts(''), deliveries('')].some((prefix) => key.startsWith(prefix))) continue;
    expect(await live.redis.ttl(key), key).toBeGreaterThan(0);
  }
});
