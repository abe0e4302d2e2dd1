import { BlipqError, type CaptionResource, newBatchId } from '@blipq/contracts';
import type { SubmittedItem } from '@blipq/queue';
import { expect, test } from 'vitest';
import { BatchIntake } from './batch-intake.js';

test('once Redis has not answered for one item the others are not tried, and each says what id it was tried under', async () => {
  const tried: (string | undefined)[] = [];
  let sealed: SubmittedItem[] = [];
  const batch = { id: newBatchId() };
  const intake = new BatchIntake({
    intake: {
      accept: async (_request: unknown, { newId }: { newId?: string }) => {
        tried.push(newId);
        if (tried.length > 1) throw new BlipqError('queue_unavailable', 'Redis does not answer.');
        return { status: 'queued', caption: { id: newId } as CaptionResource };
      },
    } as never,
    queue: {
      createBatch: async () => ({ status: 'created', batch }),
      sealBatch: async (_id: string, items: SubmittedItem[]) => {
        sealed = items;
        return batch;
      },
    } as never,
    webhooks: { ofBatch: () => undefined } as never,
  });
  const items = Array.from({ length: 20 }, () => ({ image: Buffer.alloc(1), question: 'is it raining?' }));
  await intake.accept({ items, fingerprint: 'f' }, { tenant: 'public' });
  // Four at once.
  expect(tried.length).toBeLessThanOrEqual(8);
  expect(sealed[0]).toEqual({ index: 0, id: tried[0], error: null });
  expect(sealed[0]!.id).toMatch(/^ans_/);
  expect(sealed[1]).toMatchObject({ id: null, error: { code: 'queue_unavailable' }, tried: tried[1] });
  expect(sealed.map(({ index }) => index)).toEqual(items.map((_, index) => index));
  expect(sealed.slice(1).every(({ error }) => error?.code === 'queue_unavailable')).toBe(true);
});
