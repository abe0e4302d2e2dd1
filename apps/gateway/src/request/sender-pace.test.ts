import { expect, test } from 'vitest';
import { paceBytesMin, paceWindowMs, SenderPace } from './sender-pace.js';

test('a sender that brings too little within a window is slow, and one that brings enough is not', () => {
  const pace = new SenderPace(0);
  pace.came(paceBytesMin);
  expect(pace.isSlow(paceWindowMs - 1)).toBe(false);
  expect(pace.isSlow(paceWindowMs)).toBe(false);
  pace.came(paceBytesMin - 1);
  expect(pace.isSlow(2 * paceWindowMs)).toBe(true);
});

test('a sender whose body is not read for a while, since there is no room for what it brings, is not slow', () => {
  const pace = new SenderPace(0);
  pace.hold(1);
  expect(pace.isSlow(5 * paceWindowMs)).toBe(false);
  pace.go(5 * paceWindowMs);
  expect(pace.isSlow(6 * paceWindowMs - 2)).toBe(false);
  expect(pace.isSlow(6 * paceWindowMs)).toBe(true);
});
