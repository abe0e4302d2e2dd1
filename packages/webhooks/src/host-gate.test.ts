import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HostGate, type HostTurn } from './host-gate.js';

const slow = 'https://slow.example.com/hook';
const other = 'https://other.example.com/hook';
const options = { perHost: 2, patienceMs: 500, lineMax: 10, failuresMax: 3, openMs: 30_000, openMaxMs: 100_000 };

let gate: HostGate;

beforeEach(() => {
  vi.useFakeTimers();
  gate = new HostGate(options);
});

afterEach(() => void vi.useRealTimers());

async function turn(url: string): Promise<HostTurn> {
  const answer = await gate.enter(url);
  if ('waitMs' in answer) throw new Error(`sent away for ${answer.waitMs} ms`);
  return answer;
}

async function fail(times: number): Promise<void> {
  for (let i = 0; i < times; i++) (await turn(slow)).leave('failing');
}

test('a host gets so many turns at once, each host its own', async () => {
  const [first] = [await turn(slow), await turn(slow)];
  const third = gate.enter(slow);
  await turn(other);
  await turn('https://slow.example.com:8443/hook');
  first.leave('alive');
  expect(await third).toHaveProperty('leave');
});

test('who waits in line too long is sent away, and the place is free again', async () => {
  await turn(slow);
  await turn(slow);
  const third = gate.enter(slow);
  await vi.advanceTimersByTimeAsync(1000);
  expect(await third).toEqual({ waitMs: expect.any(Number) });
});

test('nobody is let into the line of a host that takes too long', async () => {
  await turn(slow);
  await turn(slow);
  await vi.advanceTimersByTimeAsync(5000);
  const answers = await Promise.all(Array.from({ length: 1000 }, () => gate.enter(slow)));
  const waits = answers.map((answer) => ('waitMs' in answer ? answer.waitMs : 0));
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(500);
  expect(Math.max(...waits)).toBeLessThanOrEqual(36_000);
});

test('a line has a limit', async () => {
  const answers = Array.from({ length: 20 }, () => gate.enter(slow));
  const away = await Promise.race(answers.slice(12).map((answer) => answer));
  expect(away).toHaveProperty('waitMs');
});

test('a host that failed again and again is left alone, then probed one at a time', async () => {
  await fail(3);
  const answer = await gate.enter(slow);
  expect(answer).toEqual({ waitMs: expect.any(Number) });
  expect((answer as { waitMs: number }).waitMs).toBeGreaterThanOrEqual(30_000);
  await turn(other);

  await vi.advanceTimersByTimeAsync(30_000);
  const probe = await turn(slow);
  expect(await gate.enter(slow)).toHaveProperty('waitMs');
  probe.leave('failing');
  await vi.advanceTimersByTimeAsync(59_000);
  expect(await gate.enter(slow), 'twice as long after a failed probe').toHaveProperty('waitMs');

  await vi.advanceTimersByTimeAsync(1000);
  (await turn(slow)).leave('alive');
  await turn(slow);
  await turn(slow);
});

test('failures that are not in a row, or not the host’s, do not count', async () => {
  await fail(2);
  (await turn(slow)).leave('alive');
  await fail(2);
  for (let i = 0; i < 5; i++) (await turn(slow)).leave('unknown');
  await turn(slow);
});

test('the line is sent away when the host turns out to fail', async () => {
  await fail(2);
  const [last] = [await turn(slow), await turn(slow)];
  const waiting = gate.enter(slow);
  last.leave('failing');
  expect(((await waiting) as { waitMs: number }).waitMs).toBeGreaterThanOrEqual(30_000);
});
