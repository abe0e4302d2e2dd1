import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ProcessMetrics } from './process-metrics.js';
import { RedisReport } from './redis-report.js';

const refused = () => Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:6379'), { code: 'ECONNREFUSED' });

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

function reported() {
  const output = new PassThrough();
  const metrics = new ProcessMetrics();
  const lines = () =>
    String(output.read() ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { level: number; msg: string; err?: { message: string } });
  return { report: new RedisReport(metrics, pino(output)), metrics, lines };
}

test('an outage is a line when it begins, one a minute, and one when it is over', async () => {
  const { report, metrics, lines } = reported();
  for (let failure = 0; failure < 500; failure += 1) report.error(refused());
  expect(lines()).toMatchObject([{ level: 40, msg: 'Redis', err: { message: refused().message } }]);
  vi.advanceTimersByTime(60_000);
  report.error(refused());
  expect(lines()).toMatchObject([{ msg: 'Redis', since_last: 499 }]);
  report.recovery();
  expect(lines()).toMatchObject([{ level: 30, msg: 'Redis answers again', errors: 501 }]);
  report.error(refused());
  expect(lines()).toHaveLength(1);
  expect(await metrics.registry.metrics()).toContain('blipq_redis_errors_total 502');
});

test('a refusal is one line with what to do, whatever its replies say beside, and is new after a recovery', () => {
  const { report, lines } = reported();
  const refused = (script: string) => new Error(`MISCONF Redis is configured to save RDB snapshots. script: ${script}`);
  for (const script of ['a', 'b', 'c']) report.error(refused(script));
  report.warning('Redis takes no writes (MISCONF)', 'MISCONF');
  expect(lines()).toMatchObject([
    {
      level: 40,
      code: 'MISCONF',
      msg: expect.stringMatching(/^Redis takes no writes .* \(MISCONF\); look at its log/),
    },
  ]);
  report.recovery();
  report.warning('Redis takes no writes (MISCONF)', 'MISCONF');
  report.error(refused('d'));
  expect(lines()).toMatchObject([{ level: 30 }, { level: 40, code: 'MISCONF' }]);
});

test('an error of another kind is not kept back', () => {
  const { report, lines } = reported();
  report.error(refused());
  report.error(new Error('READONLY You can’t write against a read only replica.'));
  report.error(new TypeError('a fault of ours'));
  expect(lines()).toHaveLength(3);
});
