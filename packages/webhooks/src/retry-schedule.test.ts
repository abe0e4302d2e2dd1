import { expect, test } from 'vitest';
import { parseRetryAfter, retryPauseMs, retryScheduleMs } from './retry-schedule.js';

test('ten attempts: at once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h, then no more', () => {
  const pauses = retryScheduleMs.map((_, attempts) => retryPauseMs(attempts, { chance: 0.5 })! / 1000);
  expect(pauses).toEqual([0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]);
  expect(retryPauseMs(10)).toBeUndefined();
});

test('pauses are up to a fifth shorter or longer', () => {
  expect(retryPauseMs(2, { chance: 0 })).toBe(240_000);
  expect(retryPauseMs(2, { chance: 1 })).toBe(360_000);
  const pauses = Array.from({ length: 100 }, () => retryPauseMs(2)!);
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(240_000);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(360_000);
  expect(new Set(pauses).size).toBeGreaterThan(90);
});

test('Retry-After lengthens a pause, never shortens it, and a day is the most', () => {
  expect(retryPauseMs(1, { retryAfterMs: 60_000 })).toBe(60_000);
  expect(retryPauseMs(2, { retryAfterMs: 1000, chance: 0.5 })).toBe(300_000);
  expect(retryPauseMs(1, { retryAfterMs: 1e12 })).toBe(86_400_000);
  expect(retryPauseMs(10, { retryAfterMs: 1000 })).toBeUndefined();
});

test('Retry-After comes in seconds or as a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect(parseRetryAfter('120', now)).toBe(120_000);
  expect(parseRetryAfter('Thu, 01 Jan 2026 00:01:00 GMT', now)).toBe(60_000);
  expect(parseRetryAfter('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0);
  for (const odd of [undefined, '', 'soon', '-5', '1e9x']) expect(parseRetryAfter(odd, now)).toBeUndefined();
});
