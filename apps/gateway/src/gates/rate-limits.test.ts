import { freePort } from '@blipq/test-servers';
import { expect, test } from 'vitest';
import { RateLimits } from './rate-limits.js';

test('without Redis each gateway counts alone: the limit stays in force and does not refuse every request', async () => {
  const key = { name: 'ada', disabled: false, rateLimit: { requests: 2, perS: 60 } };
  const limits = new RateLimits({
    redisUrl: `redis://127.0.0.1:${await freePort()}`,
    namespace: 'test',
    keys: [key],
    onError: () => {},
  });
  await limits.start();
  const verdicts = [await limits.count(key), await limits.count(key), await limits.count(key)];
  expect(verdicts.map((verdict) => verdict?.allowed)).toEqual([true, true, false]);
  expect(await limits.count({ name: 'bob', disabled: false })).toBeUndefined();
  limits.stop();
});
