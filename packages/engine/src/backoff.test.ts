import { expect, it } from 'vitest';
import { Backoff } from './backoff.js';

const options = { minMs: 100, maxMs: 1000, resetAfterMs: 5000 };

it('doubles the delay after each short life, up to the maximum', () => {
  const backoff = new Backoff({ ...options, random: () => 1 });
  expect([0, 0, 4999, 0, 0, 0].map((livedMs) => backoff.delayAfter(livedMs))).toEqual([100, 200, 400, 800, 1000, 1000]);
});

it('starts over after a healthy life', () => {
  const backoff = new Backoff({ ...options, random: () => 1 });
  expect([0, 0, 5000, 0].map((livedMs) => backoff.delayAfter(livedMs))).toEqual([100, 200, 100, 200]);
});

it('spreads delays between a half and the whole', () => {
  expect(new Backoff({ ...options, random: () => 0 }).delayAfter(0)).toBe(50);
  expect(new Backoff({ ...options, random: () => 0.5 }).delayAfter(0)).toBe(75);
});
