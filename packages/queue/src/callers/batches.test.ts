import { itemIdOf, newBatchId, newCaptionId } from '@blipq/contracts';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { made, submission } from '../testing/fixtures.js';
import { TestQueue } from '../testing/test-queue.js';
import { discardRecord } from './scripts/discard-record.js';

const redisUrl = inject('redisUrl');
let live: TestQueue;
beforeEach(async () => {
  live = await new TestQueue(redisUrl, { retentionS: 100, imageTtlS: 50, reuseS: 60 }).start();
});
afterEach(() => live.stop());

const corrupt = { code: 'image_corrupt', detail: 'It ends too early.', retryable: false } as const;
const none = { queued: 0, processing: 0, succeeded: 0, failed: 0, canceled: 0, expired: 0 };

/** A sealed batch with so many captions and one image that was refused. */
async function batchOf(captions: number, changes = {}) {
  const { batch } = await live.queue.createBatch({ metadata: { album: 'x' } });
  const items = [];
  for (let index = 0; index < captions; index += 1) {
    const item = { index, hash: 'a', key: `file ${index}.jpg` };
    const { work } = await live.queue.submit(submission({ batchId: batch.id, item, ...changes }));
    items.push({ index, key: item.key, id: work.id, error: null });
  }
  const refused = { index: captions, key: null, id: null, error: corrupt };
  return { id: batch.id, items: [...items, refused], sealed: await live.queue.sealBatch(batch.id, [refused]) };
}

describe('a batch', () => {
  test('counts its captions from state to state and is complete when all have ended', async () => {
    const { id, items, sealed } = await batchOf(3);
    expect(sealed).toMatchObject({
      state: 'processing',
      total: 4,
      refused: 1,
      counts: { ...none, queued: 3 },
      items,
      metadata: { album: 'x' },
      finished_at: null,
    });
    await live.queue.cancel(items[0]!.id!);
    await live.queue.delete(items[1]!.id!);
    expect(await live.queue.readBatch(id)).toMatchObject({
      state: 'processing',
      counts: { ...none, queued: 1, canceled: 2 },
    });
    await live.consume(async () => made('x'));
    const last = await live.ended(items[2]!.id!);
    expect(last.batch_id).toBe(id);
    const completed = await live.queue.readBatch(id);
    expect(completed).toMatchObject({ state: 'completed', counts: { ...none, succeeded: 1, canceled: 2 } });
    expect(completed!.finished_at).toBe(last.finished_at);
    expect(await live.redis.ttl(live.keys.batch(id))).toBeLessThanOrEqual(100);
  });

  test('has items that the worker knows from single captions', async () => {
    const { items } = await batchOf(1);
    const { work: single } = await live.queue.submit(submission());
    const inBatch: Record<string, boolean> = {};
    await live.consume(async (work) => {
      inBatch[work.id] = work.inBatch;
      return made('x');
    });
    await Promise.all([live.ended(items[0]!.id!), live.ended(single.id)]);
    expect(inBatch).toEqual({ [items[0]!.id!]: true, [single.id]: false });
  });

  test('has an item after all that Redis did not answer for, and whose caption could not be taken back', async () => {
    const away = { code: 'queue_unavailable', detail: 'Redis does not answer.', retryable: true } as const;
    const { batch } = await live.queue.createBatch({});
    const { work } = await live.queue.submit(submission({ batchId: batch.id, item: { index: 0, hash: 'a' } }));
    const sealed = await live.queue.sealBatch(batch.id, [
      { index: 0, id: null, error: away },
      { index: 1, id: null, error: away },
    ]);
    expect(sealed).toMatchObject({ total: 2, refused: 1, counts: { ...none, queued: 1 } });
    expect(sealed.items).toEqual([
      { index: 0, key: null, id: work.id, error: null },
      { index: 1, key: null, id: null, error: away },
    ]);
  });

  test('whose captions end before it is sealed is complete when it is; so is one of stored results', async () => {
    await live.consume(async () => made('x'));
    const { batch } = await live.queue.createBatch({});
    const { work } = await live.queue.submit(submission({ batchId: batch.id, revision: 'r2' }));
    await live.ended(work.id);
    expect((await live.queue.readBatch(batch.id))?.state).toBe('processing');
    const items = [{ index: 0, id: work.id, error: null }];
    expect((await live.queue.sealBatch(batch.id, items)).state).toBe('completed');
    const cached = await batchOf(2, { revision: 'r2' });
    expect(cached.sealed).toMatchObject({ state: 'completed', counts: { ...none, succeeded: 2 } });
  });

  test('in which every image was refused is complete at once', async () => {
    expect((await batchOf(0)).sealed).toMatchObject({ state: 'completed', refused: 1, counts: none });
  });

  test('does not count a submission that was taken back', async () => {
    const { batch } = await live.queue.createBatch({});
    const prioritized = `${live.keys.root}:jobs:captions.demo:prioritized`;
    await live.redis.set(prioritized, 'not a sorted set');
    await expect(live.queue.submit(submission({ batchId: batch.id }))).rejects.toMatchObject({ status: 503 });
    // Also while BullMQ's key is still broken.
    await vi.waitFor(async () => expect((await live.queue.readBatch(batch.id))?.counts).toEqual(none));
    await live.redis.del(prioritized);
  });

  test('that one gateway has sealed loses no item that another one takes back afterwards', async () => {
    const { batch } = await live.queue.createBatch({});
    const { work } = await live.queue.submit(submission({ batchId: batch.id, item: { index: 0, hash: 'a' } }));
    const sealed = await live.queue.sealBatch(batch.id, [{ index: 0, id: work.id, error: null }]);
    const pixels = (await live.redis.hget(live.keys.record(work.id), 'pixels'))!;
    expect(await discardRecord({ redis: live.redis, root: live.keys.root }, work.id, pixels)).toBe(false);
    expect(await live.queue.readBatch(batch.id)).toEqual(sealed);
    await live.consume(async () => made('x'));
    expect((await live.ended(work.id)).state).toBe('succeeded');
  });

  test('belongs to its tenant, and answers result_expired when it is gone', async () => {
    const { batch } = await live.queue.createBatch({ tenant: 'one' });
    expect(await live.queue.readBatch(batch.id)).toBeNull();
    expect(await live.queue.readBatch(newBatchId(), 'one')).toBeNull();
    await expect(live.queue.sealBatch(batch.id, [], { tenant: 'two' })).rejects.toMatchObject({ code: 'not_found' });
    expect((await live.queue.readBatch(batch.id, 'one'))?.id).toBe(batch.id);
    await live.redis.del(live.keys.batch(batch.id));
    await expect(live.queue.readBatch(batch.id, 'one')).rejects.toMatchObject({ code: 'result_expired' });
  });
});

describe('a list of batches', () => {
  const idsOf = async (options = {}) => (await live.queue.listBatches(options)).data.map(({ id }) => id);

  test('has everything of each but its items, newest first, from its creation on', async () => {
    const open = (await live.queue.createBatch({ tenant: 'one' })).batch.id;
    expect(await idsOf({ tenant: 'one' })).toEqual([open]);
    const { id, sealed } = await batchOf(1);
    const { items: _, ...summary } = sealed;
    expect(await live.queue.listBatches()).toEqual({ object: 'list', data: [summary], next_cursor: null });
    await live.redis.del(live.keys.batch(id));
    expect([await idsOf(), await live.redis.zcard(`${live.keys.root}:list:bat:public`)]).toEqual([[], 0]);
  });

  test('can be of one state and between two times, a page at a time', async () => {
    const ids = [];
    for (let second = 1; second <= 4; second += 1) {
      const { id, items } = await batchOf(1);
      if (second !== 2) await live.queue.cancel(items[0]!.id!);
      ids.push(id);
    }
    for (const [i, id] of ids.entries()) {
      for (const list of ['', ':completed']) {
        await live.redis.zadd(`${live.keys.root}:list:bat:public${list}`, 'XX', (i + 1) * 1000, id);
      }
    }
    const [one, two, three, four] = ids;
    expect(await idsOf({ state: 'processing' })).toEqual([two]);
    const first = await live.queue.listBatches({ state: 'completed', limit: 2 });
    expect(first.data.map(({ id }) => id)).toEqual([four, three]);
    expect(await idsOf({ state: 'completed', cursor: first.next_cursor! })).toEqual([one]);
    expect(await idsOf({ createdAfter: new Date(1000), createdBefore: new Date(4000) })).toEqual([three, two]);
    await expect(idsOf({ cursor: Buffer.from(`1 ${newCaptionId()}`).toString('base64url') })).rejects.toMatchObject({
      code: 'invalid_params',
    });
  });
});

describe('a batch whose submission broke off', () => {
  const draft = { idempotencyKey: 'k', expected: 3 };
  /** The item of this index, as a repetition of the request makes it again. */
  const itemOf = (batch: string, index: number, hash = 'a') =>
    submission({ id: itemIdOf('captioning', batch, index), batchId: batch, item: { index, hash } });

  test('is finished by a repetition, under the ids of the first time, and what was taken is not taken again', async () => {
    const { batch } = await live.queue.createBatch(draft);
    await live.queue.submit(itemOf(batch.id, 0));
    const again = await live.queue.createBatch(draft);
    expect(again).toMatchObject({ status: 'unfinished', batch: { id: batch.id, state: 'processing', total: 1 } });
    const outcomes: string[] = [];
    for (const index of [0, 2]) outcomes.push((await live.queue.submit(itemOf(batch.id, index))).status);
    expect(outcomes).toEqual(['replayed', 'queued']);
    const refused = { index: 1, key: null, id: null, error: corrupt };
    const sealed = await live.queue.sealBatch(batch.id, [refused], { fingerprint: 'f' });
    expect(sealed).toMatchObject({ total: 3, refused: 1, counts: { ...none, queued: 2 } });
    expect(sealed.items?.map(({ id }) => id)).toEqual([
      itemIdOf('captioning', batch.id, 0),
      null,
      itemIdOf('captioning', batch.id, 2),
    ]);
    // Whoever seals it first is right.
    expect(await live.queue.sealBatch(batch.id, [{ ...refused, index: 3 }])).toEqual(sealed);
    expect(await live.queue.createBatch(draft)).toEqual({ status: 'sealed', batch: sealed, fingerprint: 'f' });
  });

  test('takes no other item, and no other batch, under the same key', async () => {
    const { batch } = await live.queue.createBatch(draft);
    await live.queue.submit(itemOf(batch.id, 0));
    await expect(live.queue.submit(itemOf(batch.id, 0, 'b'))).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    const other = { ...draft, metadata: { run: '2' } };
    await expect(live.queue.createBatch(other)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    await live.queue.sealBatch(batch.id);
    await expect(live.queue.submit(itemOf(batch.id, 1))).rejects.toMatchObject({ code: 'already_terminal' });
    expect((await live.queue.readBatch(batch.id))?.total).toBe(1);
  });

  test('that is sealed takes no more items from a repetition that is still submitting some', async () => {
    const { batch } = await live.queue.createBatch({});
    const refused = { code: 'queue_unavailable', detail: 'The queue does not answer.', retryable: true } as const;
    const sealed = await live.queue.sealBatch(batch.id, [{ index: 0, id: null, error: refused }]);
    const late = live.queue.submit(submission({ batchId: batch.id }));
    await expect(late).rejects.toMatchObject({ code: 'already_terminal' });
    expect(await live.queue.readBatch(batch.id)).toEqual(sealed);
    expect(await live.stored('pixels')).toEqual([]);
  });

  test('is sealed by a reconciler when nobody repeats it, with the items that were taken', async () => {
    const { batch } = await live.queue.createBatch(draft);
    const { work } = await live.queue.submit(itemOf(batch.id, 1));
    const { batch: open } = await live.queue.createBatch({});
    await live.queue.submit(itemOf(open.id, 1));
    const { batch: fresh } = await live.queue.createBatch({});
    for (const { id } of [batch, open]) await live.redis.zadd(`${live.keys.root}:unsealed`, 'XX', 0, id);
    const reconciler = await live.reconciler();
    await reconciler.sweep();
    const broken = {
      code: 'queue_unavailable',
      retryable: true,
      detail: expect.stringMatching(/Submit the item again/),
    };
    expect(await live.queue.readBatch(batch.id)).toMatchObject({
      ...{ state: 'processing', total: 3, refused: 2 },
      items: [
        { index: 0, id: null, error: broken },
        { index: 1, id: work.id, error: null },
        { index: 2, id: null, error: broken },
      ],
    });
    await live.queue.cancel(work.id);
    expect((await live.queue.readBatch(batch.id))?.state).toBe('completed');
    // Of a request whose length is not known, what came before the last item that was taken.
    expect(await live.queue.readBatch(open.id)).toMatchObject({ state: 'processing', total: 2, refused: 1 });
    expect(await live.queue.readBatch(fresh.id)).toMatchObject({ state: 'processing', refused: 0 });
    expect(await live.redis.zcard(`${live.keys.root}:unsealed`)).toBe(1);
  });

  test('however many repetitions of it race, is one batch', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => live.queue.createBatch(draft)));
    expect(all.filter(({ status }) => status === 'created')).toHaveLength(1);
    expect(all.filter(({ status }) => status === 'unfinished')).toHaveLength(49);
    expect(new Set(all.map(({ batch }) => batch.id)).size).toBe(1);
  });
});

test('a caption cannot take the idempotency key of a batch, nor a batch that of a caption', async () => {
  await live.queue.createBatch({ idempotencyKey: 'k' });
  const reused = { code: 'idempotency_key_reused' };
  await expect(live.queue.submit(submission({ idempotencyKey: 'k', fingerprint: 'c' }))).rejects.toMatchObject(reused);
  await live.queue.submit(submission({ idempotencyKey: 'other', fingerprint: 'c' }));
  await expect(live.queue.createBatch({ idempotencyKey: 'other' })).rejects.toMatchObject(reused);
});

test('a batch of more than 100 items shows them only to whoever asks for them', async () => {
  const { batch } = await live.queue.createBatch({});
  const refused = Array.from({ length: 101 }, (_, index) => ({ index, key: `k${index}`, id: null, error: corrupt }));
  expect(await live.queue.sealBatch(batch.id, refused)).toMatchObject({ state: 'completed', total: 101, items: null });
  expect(await live.queue.batchItems(batch.id)).toEqual(refused);
});
