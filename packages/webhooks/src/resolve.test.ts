import { expect, test } from 'vitest';
import { resolveByDns, resolveBySystem } from './resolve.js';

const never = new AbortController().signal;

test.each(['localhost', 'LOCALHOST.', 'a.localhost'])('%s is this machine without asking DNS', async (name) => {
  expect(await resolveByDns(name, never)).toEqual(['127.0.0.1', '::1']);
});

test('the system knows its own name for itself', async () => {
  expect(await resolveBySystem('localhost', never)).toContain('127.0.0.1');
});

test('a name without addresses is refused by either', async () => {
  await expect(resolveByDns('nothing.invalid', never)).rejects.toThrow();
  await expect(resolveBySystem('nothing.invalid', never)).rejects.toThrow();
});
