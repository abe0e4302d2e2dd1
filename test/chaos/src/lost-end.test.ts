import { expect, onTestFinished, test } from 'vitest';
import { loseEnd } from './lost-end.js';
import { RedisServer } from './redis-server.js';

const now = () => performance.now();

test.each([0, 0.37, 1])(
  'a Redis of whose end %s is left has all that it acknowledged until then, and no more than a beginning',
  async (share) => {
    const redis = await RedisServer.start();
    onTestFinished(() => redis.stop());
    const acknowledgedAt: number[] = [];
    let over = false;
    const writing = (async () => {
      while (!over) {
        await redis.direct.rpush('list', acknowledgedAt.length, 'x'.repeat(100));
        acknowledgedAt.push(now());
      }
    })();
    const from = await loseEnd(redis, { ms: 300, share, now });
    const kept = (await redis.direct.lrange('list', 0, -1)).filter((_, n) => n % 2 === 0);
    over = true;
    await writing;
    const before = acknowledgedAt.filter((at) => at < from).length;
    expect(kept.slice(0, before)).toEqual(Array.from({ length: before }, (_, n) => String(n)));
    if (share > 0) expect(before).toBeGreaterThan(0);
    if (share < 1) expect(acknowledgedAt.some((at) => at >= from)).toBe(true);
  },
);
