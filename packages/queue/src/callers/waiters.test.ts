import { BlipqError } from '@blipq/contracts';
import { Redis } from 'ioredis';
import { expect, inject, onTestFinished, test } from 'vitest';
import { Waiters } from './waiters.js';

type Read = 'queued' | 'succeeded' | null | 'away';

/** Waits for work that is read so, one after the other, and as the last of them from then on; in no time. */
async function waited(...reads: Read[]) {
  const subscriber = new Redis(inject('redisUrl'));
  onTestFinished(() => subscriber.disconnect());
  const waiters = new Waiters(subscriber, 'states', 60_000);
  const next = reads[Symbol.iterator]();
  let last: Read = null;
  const read = async () => {
    const { done, value } = next.next();
    if (!done) last = value;
    if (last === 'away') throw new BlipqError('queue_unavailable', 'Redis is away.');
    return last;
  };
  return await waiters.wait({ id: 'x', read, hasEnded: (state) => state === 'succeeded' }, { timeoutMs: 1 });
}

test('what Redis lost while it was waited for is not reported as pending', async () => {
  expect(await waited('queued', 'away', 'away', null)).toEqual({ status: 'not_found' });
});

test('what ended as the wait did is reported as finished', async () => {
  expect(await waited('queued', 'succeeded')).toEqual({ status: 'finished', work: 'succeeded' });
});

test('while Redis is away, what is waited for is reported as it was', async () => {
  expect(await waited('queued', 'away')).toEqual({ status: 'pending', work: 'queued' });
});
