import { expect, onTestFinished, test } from 'vitest';
import { takeConsole } from './take-console.js';

test('what is printed on the console is a line of ours, once for each text', () => {
  const before = { ...console };
  onTestFinished(() => void Object.assign(console, before));
  const lines: string[] = [];
  takeConsole((text) => lines.push(text));
  const { error, warn } = console;
  for (let i = 0; i < 3; i += 1) error('[ioredis] Unhandled error event: %s', 'read ECONNRESET');
  warn('[WARN]', { a: 1 });
  expect(lines).toEqual(['[ioredis] Unhandled error event: read ECONNRESET', '[WARN] { a: 1 }']);
});
