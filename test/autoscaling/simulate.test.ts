import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { quantile, ServiceSimulation, type SimulationOptions } from '../../benchmarks/src/service-simulation.js';
import { shippedScaledObject } from '../../benchmarks/src/shipped-scaled-object.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const spec = shippedScaledObject();

const simulate = (options: Partial<SimulationOptions>) =>
  new ServiceSimulation({
    ...{ rate: 1, burst: 0, seconds: 100_000, batchMax: 1, batchMs: (size) => size * 500, startS: 0, workers: 1 },
    ...{ fromS: 1000, seed: 7, ...options },
  }).run();
const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const within = (value: number, expected: number, share: number) => {
  expect(Math.abs(value / expected - 1), `${value} is not ${expected} ± ${share}`).toBeLessThan(share);
};

test('one worker without batches waits as the Pollaczek–Khinchine formula says', () => {
  // M/D/1 at ρ = 0.8 with s = 0.5 s: ρ s / (2 (1 − ρ)).
  const { waitsS, busy, batchMean } = simulate({ rate: 1.6 });
  within(mean(waitsS), (0.8 * 0.5) / (2 * 0.2), 0.05);
  within(busy, 0.8, 0.02);
  expect(batchMean).toBe(1);
});

test("what is open is the rate times the time in the system (Little's law), with batches and several workers", () => {
  const report = simulate({ rate: 50, seconds: 20_000, batchMax: 16, batchMs: (size) => 50 + size * 40, workers: 3 });
  within(report.open.mean, 50 * mean(report.totalsS), 0.02);
  expect(report.batchMean).toBeGreaterThan(1);
  expect(report.batchMean).toBeLessThanOrEqual(16);
  expect(quantile(report.waitsS, 0.5)).toBeLessThanOrEqual(quantile(report.waitsS, 0.95));
});

test('more than can be made is made at full batches, and the rest is left', () => {
  const report = simulate({
    rate: 100,
    seconds: 2000,
    fromS: 0,
    batchMax: 8,
    batchMs: (size) => 100 + size * 50,
    workers: 2,
  });
  within(report.captions, 2 * (8 / 0.5) * 2000, 0.01);
  within(report.captions + report.left, 100 * 2000, 0.01);
});

test('it is the same for the same seed, and no other', () => {
  const run = (seed: number) => simulate({ rate: 1.6, seconds: 5000, seed }).waitsS;
  expect(run(3)).toEqual(run(3));
  expect(run(3)).not.toEqual(run(4));
});

test('the autoscaler takes a burst as it does over a real queue: 10,000 made after four minutes, then no worker', () => {
  const worker = { batchMax: 32, batchMs: (size: number) => size * 125, startS: 90, workers: 0 };
  const report = simulate({ ...worker, rate: 0, burst: 10_000, seconds: 3600, fromS: 0, scaling: spec });
  expect(report).toMatchObject({ captions: 10_000, left: 0, workers: { max: spec.maxReplicaCount } });
  within(report.totalsS.at(-1)!, 240, 0.1);
  const later = simulate({ ...worker, rate: 0, burst: 10_000, seconds: 7200, fromS: 3600, scaling: spec });
  expect(later.workers).toEqual({ mean: 0, max: 0 });
});

function script(...args: string[]) {
  return spawnSync(process.execPath, [`${root}benchmarks/dist/simulate.js`, ...args], { encoding: 'utf8' });
}

test('the script prints workers, waits, memory and cost for your numbers, and says when they cannot keep up', () => {
  const { status, stdout } = script('--rate', '20', '--service-ms', '100', '--batch-max', '8', '--price-hour', '1.5');
  expect(status).toBe(0);
  const figure = (what: string) => new RegExp(`^${what} +(.*)$`, 'm').exec(stdout)?.[1];
  expect(figure('a worker makes at most')).toBe('10.00 captions/s, in batches of 8');
  expect(figure('workers that the rate needs')).toBe('2');
  expect(figure('until it is begun: p50, p95, p99')).toMatch(/s, .* m?s, .* m?s$/);
  expect(figure("Redis's memory")).toMatch(/^\d+ MB for what is open at most, 7137 MB for what can be read$/);
  expect(figure('cost of workers')).toMatch(/ for a million captions$/);
  expect(stdout).not.toContain('grows without end');
  expect(script('--rate', '20', '--workers', '1', '--minutes', '2').stdout).toContain(
    'The queue grows without end: 12 workers are needed, and 1 may run.',
  );
});

test('a number that is none is said in one line, with what there is', () => {
  const { status, stderr } = script('--rate', 'fast');
  expect([status, stderr.split('\n')[0]]).toEqual([1, '--rate fast: takes a number of at least 0']);
  expect(script('--rates', '8').stderr).toMatch(/^Unknown option '--rates'.*\n\nnpm run simulate/);
  expect(script('--batch-ms', '8').stderr).toMatch(/^--batch-ms 8: takes size:milliseconds/);
});
