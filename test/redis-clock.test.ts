import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { submission } from '../packages/queue/src/testing/fixtures.js';
import { TestQueue } from '../packages/queue/src/testing/test-queue.js';
import { OwnRedis } from '../packages/test-servers/src/index.js';
import { SteppedClock } from './chaos/src/stepped-clock.js';

const hasCompiler = process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0;

test.runIf(hasCompiler)(
  'whoever submits while the clock of Redis steps back and forth is never told that the image expired',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'blipq-clock-'));
    const clock = new SteppedClock(folder);
    const server = await OwnRedis.create({ under: clock.under, settings: { appendfsync: 'no' } });
    await server.start();
    const live = await new TestQueue(server.url).start();
    let over = false;
    const stepping = (async () => {
      for (let n = 0; !over; n += 1) {
        clock.step(n % 2 === 0 ? 120_000 : 0);
        await turn();
      }
    })();
    onTestFinished(async () => {
      over = true;
      await stepping;
      await live.stop();
      await server.remove();
      rmSync(folder, { recursive: true });
    });
    const codes = new Map<string, number>();
    // Until it has happened: the pixels were gone when their record was to be written.
    while (!codes.has('queue_unavailable')) {
      const [outcome] = await Promise.allSettled([live.queue.submit(submission())]);
      const code = outcome.status === 'fulfilled' ? outcome.value.status : outcome.reason.code;
      codes.set(code, (codes.get(code) ?? 0) + 1);
      expect([...codes.keys()].filter((one) => !['queued', 'queue_unavailable'].includes(one))).toEqual([]);
    }
    clock.step(0);
    expect(codes.get('queue_unavailable')).toBeGreaterThan(0);
  },
);
