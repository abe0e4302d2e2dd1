import { expect, test } from 'vitest';
import { chaos } from './chaos.js';

test('the short profile breaks everything once, and no promise', async () => {
  const { complaint, history } = await chaos({ profile: 'short', seed: 42 });
  expect(complaint).toBe('');
  expect(history.faults).toHaveLength(10);
}, 240_000);
