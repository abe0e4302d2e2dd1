import { Redis } from 'ioredis';
import { expect, inject, onTestFinished, test } from 'vitest';
import { queueKeys } from '../redis/keys.js';
import { freshNamespace } from '../testing/fixtures.js';
import { PastAttempts } from './past-attempts.js';
import { Records } from './records.js';

test('an attempt that is over is undone while its record has its token, unless it is in hand again', async () => {
  const keys = queueKeys({ namespace: freshNamespace() });
  const redis = new Redis(inject('redisUrl'));
  onTestFinished(() => redis.disconnect());
  const records = new Records(redis, keys);
  const [lost, stored] = [
    { id: 'cap_1', token: 'worker:1' },
    { id: 'cap_2', token: 'worker:1' },
  ];
  const past = new PastAttempts();
  for (const attempt of [lost, stored]) {
    past.begin(attempt);
    past.end(attempt);
  }
  await redis.hset(keys.record(lost.id), 'token', lost.token);
  expect(await past.undone(records)).toEqual([lost]);
  past.begin(lost);
  expect(await past.undone(records)).toEqual([]);
  past.end(lost);
  expect(await past.undone(records)).toEqual([lost]);
});
