import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { RedisServer } from './redis-server.js';
import { SteppedClock } from './stepped-clock.js';

const hasCompiler = process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0;

test.runIf(hasCompiler)(
  'the clock of a Redis steps back and ahead while it runs, and what is to expire goes by it',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'blipq-clock-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const redis = await RedisServer.start(new SteppedClock(folder));
    onTestFinished(() => redis.stop());
    const aheadS = async () => Number((await redis.direct.time())[0]) - Date.now() / 1000;
    await redis.direct.set('key', 1, 'EX', 1000);
    redis.stepClock(-3_600_000);
    expect(await aheadS()).toBeLessThan(-3000);
    expect(await redis.direct.ttl('key')).toBeGreaterThan(4000);
    redis.stepClock(2_000_000);
    expect(await aheadS()).toBeGreaterThan(1000);
    expect(await redis.direct.get('key')).toBeNull();
    redis.stepClock(0);
    expect(Math.abs(await aheadS())).toBeLessThan(1000);
  },
);
