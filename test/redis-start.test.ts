import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { redisStart } from '../packages/service/src/index.js';
import { OwnRedis } from '../packages/test-servers/src/index.js';

const transaction = "redis.call('SET', 'one', 1) redis.call('SET', 'two', 2)";

async function started(program: string): Promise<OwnRedis> {
  const own = await OwnRedis.create({ program, under: ['sh', '-c', redisStart] });
  onTestFinished(() => own.remove());
  await own.start();
  return own;
}

const fileOf = ({ dir }: OwnRedis) => join(dir, 'appendonlydir', 'appendonly.aof.1.incr.aof');

async function asked<T>(own: OwnRedis, ask: (redis: ReturnType<OwnRedis['client']>) => Promise<T>): Promise<T> {
  const redis = own.client();
  return await ask(redis).finally(() => redis.disconnect());
}

test.each(['redis-server', 'valkey-server'])(
  'a transaction that a crash broke off, at whatever byte, is never done by half, and what %s acknowledged after it stays',
  async (program) => {
    const own = await started(program);
    await asked(own, (redis) => redis.set('before', 1));
    const from = statSync(fileOf(own)).size;
    await asked(own, (redis) => redis.eval(transaction, 0));
    const bytes = statSync(fileOf(own)).size - from;
    expect(bytes).toBeGreaterThan(60);
    for (let cut = 1; cut < bytes; cut += 7) {
      await asked(own, (redis) => redis.unlink('one', 'two'));
      const begin = statSync(fileOf(own)).size;
      await asked(own, (redis) => redis.eval(transaction, 0));
      await own.kill();
      truncateSync(fileOf(own), begin + cut);
      await own.start();
      await asked(own, (redis) => redis.set(`after ${cut}`, 1));
      await own.kill();
      await own.start();
      const values = await asked(own, (redis) => redis.mget('before', 'one', 'two', `after ${cut}`));
      expect(values, `cut at byte ${cut}`).toEqual(['1', null, null, '1']);
    }
  },
);

test('a file that is damaged before its end is left as it is, and the server says so', async () => {
  const own = await started('redis-server');
  await asked(own, (redis) => redis.set('before', 1));
  await asked(own, (redis) => redis.set('after', 1));
  await own.kill();
  const damaged = readFileSync(fileOf(own), 'latin1').replace('$6\r\nbefore', '$x\r\nbefore');
  writeFileSync(fileOf(own), damaged, 'latin1');
  await expect(own.start()).rejects.toThrow(/[Bb]ad file format/);
  expect(readFileSync(fileOf(own), 'latin1')).toBe(damaged);
});
