import { BlipqError, type CaptionId, newCaptionId } from '@blipq/contracts';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { held, latch, made, submission } from '../testing/fixtures.js';
import { TestQueue } from '../testing/test-queue.js';

const redisUrl = inject('redisUrl');
let live: TestQueue;
beforeEach(async () => {
  live = await new TestQueue(redisUrl, { retentionS: 100, imageTtlS: 50 }).start();
});
afterEach(() => live.stop());

const submitted = async (changes = {}): Promise<CaptionId> => (await live.queue.submit(submission(changes))).work.id;

describe('retry', () => {
  test('makes a new caption of a failed one, with its image, and can be repeated', async () => {
    const id = await submitted({ metadata: { shelf: '4' }, weight: 7, prompt: 'a dog' });
    const seen: Uint8Array[] = [];
    await live.consume(async ({ id: now, pixels }) => {
      if (now === id) throw new BlipqError('inference_error', 'no');
      seen.push(new Uint8Array(pixels));
      return made('better');
    });
    const failed = await live.ended(id);
    for (let n = 0; n < 2; n += 1) {
      const again = await live.queue.retry(id);
      expect(again).toMatchObject({
        status: 'queued',
        work: { retry_of: id, metadata: { shelf: '4' }, prompt: 'a dog' },
      });
      expect((await live.ended(again.work.id)).caption?.text).toBe('better');
    }
    expect(seen).toEqual([submission().pixels, submission().pixels]);
    expect(await live.queue.read(id)).toEqual(failed);
  });

  test('keeps what it counts: one image kept, one waiting', async () => {
    const id = await submitted();
    await live.queue.cancel(id);
    expect((await live.queue.retry(id, { idempotencyKey: 'k', fingerprint: 'retry' })).status).toBe('queued');
    expect(await live.queue.load()).toMatchObject({ open: 1, bytes: 96 });
    expect((await live.queue.retry(id, { idempotencyKey: 'k', fingerprint: 'retry' })).status).toBe('replayed');
    const [pixels] = await live.stored(`pixels:${id}`);
    expect(await live.redis.ttl(pixels!)).toBeGreaterThan(50);
  });

  test('is refused while the caption goes on, and when its image is gone', async () => {
    const id = await submitted();
    await expect(live.queue.retry(id)).rejects.toMatchObject({ code: 'not_terminal', status: 409 });
    await live.consume(async () => made('x'));
    await live.ended(id);
    await expect(live.queue.retry(id)).rejects.toMatchObject({ code: 'input_expired', status: 410 });
    expect(await live.queue.load()).toMatchObject({ open: 0, bytes: 0 });
  });

  test('gives the result of a caption that succeeded again, where that is asked for', async () => {
    const id = await submitted();
    await live.consume(async () => made('a cat'));
    await live.ended(id);
    const again = await live.queue.retry(id, { copyResult: true });
    expect(again).toMatchObject({
      status: 'cached',
      work: { retry_of: id, cached: true, caption: { text: 'a cat' } },
    });
    expect(await live.queue.load()).toMatchObject({ open: 0, bytes: 0 });
  });

  test('is not possible where images are not kept', async () => {
    const brief = await new TestQueue(redisUrl, { retryWindowS: 0 }).start();
    const { id } = (await brief.queue.submit(submission())).work;
    await brief.queue.cancel(id);
    expect(await brief.stored('pixels')).toEqual([]);
    await expect(brief.queue.retry(id)).rejects.toMatchObject({ code: 'input_expired' });
    await brief.stop();
  });
});

describe('delete', () => {
  test('leaves nothing but a tombstone for a week', async () => {
    const id = await submitted({ idempotencyKey: 'k', fingerprint: 'a' });
    await live.queue.delete(id);
    expect(await live.stored()).toEqual([live.keys.gone(id)]);
    expect(await live.redis.ttl(live.keys.gone(id))).toBeGreaterThan(6 * 86_400);
    expect(await live.waitingJobs()).toBe(0);
    const { queue } = live;
    for (const ask of [() => queue.read(id), () => queue.delete(id), () => queue.cancel(id), () => queue.retry(id)]) {
      await expect(ask()).rejects.toMatchObject({ code: 'result_expired', status: 410 });
    }
  });

  test('of a running caption aborts it, and its result comes to nothing', async () => {
    const { handler, begun, finish } = held();
    const written = latch<string>();
    await live.consume(handler, { onAttempt: (_id, _outcome, what) => written.open(what) });
    const id = await submitted();
    await begun;
    await live.queue.delete(id);
    finish();
    expect(await written.promise).toBe('gone');
    const turns = `${live.keys.root}:turns:captions.demo`;
    expect(await live.stored()).toEqual([live.keys.gone(id), turns]);
  });

  test('tells who waits', async () => {
    const id = await submitted();
    const waiting = expect(live.ended(id)).rejects.toMatchObject({ code: 'result_expired' });
    await live.queue.load();
    await live.queue.delete(id);
    await waiting;
  });
});

test('a caption whose retention time has passed answers result_expired', async () => {
  const id = await submitted();
  await live.consume(async () => made('x'));
  await live.ended(id);
  expect(await live.redis.ttl(live.keys.gone(id))).toBeGreaterThan(7 * 86_400);
  await live.redis.pexpire(live.keys.record(id), 0);
  await expect(live.queue.read(id)).rejects.toMatchObject({ code: 'result_expired' });
  expect(await live.queue.read(newCaptionId())).toBeNull();
});

describe('tenants', () => {
  test('do not see each other', async () => {
    const id = await submitted({ tenant: 'one' });
    const stored = await live.stored();
    expect(await live.queue.read(id, 'two')).toBeNull();
    expect(await live.queue.read(id)).toBeNull();
    expect(await live.queue.wait(id, { timeoutMs: 1000, tenant: 'two' })).toEqual({ status: 'not_found' });
    for (const ask of [
      () => live.queue.cancel(id, 'two'),
      () => live.queue.retry(id, { tenant: 'two' }),
      () => live.queue.delete(id, 'two'),
      () => live.queue.watch(id, { tenant: 'two' }).next(),
    ]) {
      await expect(ask()).rejects.toMatchObject({ code: 'not_found', status: 404 });
    }
    expect((await live.queue.list({ tenant: 'two' })).data).toEqual([]);
    expect(await live.stored()).toEqual(stored);
    await live.queue.delete(id, 'one');
    expect(await live.queue.read(id, 'two')).toBeNull();
    await expect(live.queue.read(id, 'one')).rejects.toMatchObject({ code: 'result_expired' });
  });
});

describe('list', () => {
  const idsOf = async (options = {}) => (await live.queue.list(options)).data.map(({ id }) => id);

  test('is newest first, a page at a time, without gaps or repetitions', async () => {
    // At once, so that many were created in the same millisecond.
    const ids = await Promise.all(Array.from({ length: 25 }, () => submitted()));
    const pages: string[][] = [];
    let cursor: string | null | undefined;
    do {
      const page = await live.queue.list({ limit: 7, ...(cursor && { cursor }) });
      pages.push(page.data.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(pages.map((page) => page.length)).toEqual([7, 7, 7, 4]);
    expect(pages.flat().toSorted()).toEqual(ids.toSorted());
    const created = (await live.queue.list({ limit: 100 })).data.map(({ created_at }) => created_at);
    expect(created).toEqual(created.toSorted().toReversed());
    expect((await idsOf({ limit: 25 })).length).toBe(25);
    expect((await live.queue.list({ limit: 25 })).next_cursor).toBeNull();
  });

  test('can be of one state, through every change of it', async () => {
    const { handler, begun, finish } = held();
    const id = await submitted();
    const other = await submitted({ tenant: 'one' });
    expect(await idsOf({ state: 'queued' })).toEqual([id]);
    await live.queue.cancel(other, 'one');
    await live.consume(handler);
    await begun;
    expect([await idsOf({ state: 'queued' }), await idsOf({ state: 'processing' })]).toEqual([[], [id]]);
    finish();
    await live.ended(id);
    expect([await idsOf({ state: 'processing' }), await idsOf({ state: 'succeeded' })]).toEqual([[], [id]]);
    expect(await idsOf({ state: 'canceled', tenant: 'one' })).toEqual([other]);
  });

  test('can be of one batch, in one state of it too, to the last page', async () => {
    const { batch } = await live.queue.createBatch({});
    const ids = [];
    for (let i = 0; i < 5; i += 1) ids.push(await submitted({ batchId: batch.id }));
    await submitted();
    const [first, , third, , last] = ids as [CaptionId, CaptionId, CaptionId, CaptionId, CaptionId];
    expect((await idsOf({ batchId: batch.id })).toSorted()).toEqual(ids.toSorted());
    expect(await idsOf({ batchId: batch.id, tenant: 'two' })).toEqual([]);
    for (const id of [first, third, last]) await live.queue.cancel(id);
    const canceled = { batchId: batch.id, state: 'canceled', limit: 2 } as const;
    const page = await live.queue.list(canceled);
    const rest = await live.queue.list({ ...canceled, cursor: page.next_cursor! });
    const found = [...page.data, ...rest.data].map(({ id }) => id);
    expect([found.toSorted(), rest.next_cursor]).toEqual([[first, third, last].toSorted(), null]);
    await live.queue.delete(third);
    expect(await live.redis.zcard(`${live.keys.root}:list:cap:public:${batch.id}`)).toBe(4);
  });

  test('can be of what was created between two times, which are left out themselves', async () => {
    const ids = [];
    for (let second = 1; second <= 5; second += 1) ids.push(await submitted());
    for (const [i, id] of ids.entries()) {
      await live.redis.zadd(`${live.keys.root}:list:cap:public`, 'XX', (i + 1) * 1000, id);
    }
    const at = (second: number) => new Date(second * 1000);
    const [, two, three, four, five] = ids;
    expect(await idsOf({ createdAfter: at(1), createdBefore: at(5) })).toEqual([four, three, two]);
    expect(await idsOf({ createdAfter: at(3) })).toEqual([five, four]);
    const first = await live.queue.list({ createdBefore: at(5), limit: 2 });
    const behind = { cursor: first.next_cursor!, createdAfter: at(1) };
    expect(first.data.map(({ id }) => id)).toEqual([four, three]);
    expect(await idsOf({ ...behind, createdBefore: at(5) })).toEqual([two]);
    expect(await idsOf({ ...behind, createdBefore: at(2) })).toEqual([]);
    expect(await idsOf({ createdAfter: new Date(-1e15), createdBefore: new Date('9999-12-31T23:59:59.999Z') })).toEqual(
      ids.toReversed(),
    );
  });

  test('forgets what is gone', async () => {
    const id = await submitted();
    await live.queue.delete(await submitted());
    const expired = await submitted();
    await live.redis.del(live.keys.record(expired));
    expect(await idsOf()).toEqual([id]);
    expect(await live.redis.zrange(`${live.keys.root}:list:cap:public`, '0', '-1')).toEqual([id]);
  });

  test.each(['', 'x', 'MTIz', Buffer.from('1 2 3').toString('base64url')])('refuses the cursor %j', async (cursor) => {
    await expect(live.queue.list({ cursor })).rejects.toMatchObject({ code: 'invalid_params', status: 422 });
  });
});

describe('watch', () => {
  const versionOf = async (id: string) => (await live.queue.read(id))!.version;

  test('follows a caption from state to state to its end', async () => {
    const { handler, begun, finish } = held();
    const id = await submitted();
    const events = live.queue.watch(id);
    const queued = (await events.next()).value;
    expect(queued).toMatchObject({ event: 'caption.queued' });
    await live.consume(handler);
    await begun;
    const processing = (await events.next()).value;
    expect(processing).toMatchObject({ event: 'caption.processing', data: { attempt: 1 } });
    const last = events.next();
    finish();
    const end = (await last).value;
    expect(end).toMatchObject({ event: 'caption.succeeded', data: { caption: { text: 'too late' } } });
    expect([processing.id > queued.id, end.id > processing.id]).toEqual([true, true]);
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  test('goes on after the version that was seen last', async () => {
    const id = await submitted();
    const { version: queued } = (await live.queue.read(id))!;
    const { version: canceled } = (await live.queue.cancel(id)).work;
    const events = [];
    for await (const { event } of live.queue.watch(id, { after: queued })) events.push(event);
    expect(events).toEqual(['caption.canceled']);
    for await (const { event } of live.queue.watch(id, { after: canceled })) events.push(event);
    expect(events).toHaveLength(1);
  });

  test('ends when its caller is gone, when the server shuts down, and when the caption is deleted', async () => {
    const id = await submitted();
    const leaving = new AbortController();
    const left = live.queue.watch(id, { after: await versionOf(id), signal: leaving.signal }).next();
    leaving.abort(new Error('the caller hung up'));
    await expect(left).rejects.toThrow('the caller hung up');
    const deleted = live.queue.watch(id, { after: await versionOf(id) }).next();
    const refused = expect(deleted).rejects.toMatchObject({ code: 'result_expired' });
    await live.queue.delete(id);
    await refused;
    const other = await submitted();
    const stopped = expect(live.queue.watch(other, { after: await versionOf(other) }).next()).rejects.toMatchObject({
      code: 'shutting_down',
    });
    await live.queue.load();
    await live.queue.stop();
    await stopped;
  });
});
