import { expect, test } from 'vitest';
import { chaos } from './chaos.js';
import { profiles } from './profiles.js';

test('the short profile breaks everything once, and no promise', async () => {
  const { complaint, history } = await chaos({ profile: 'short', seed: 42 });
  expect(complaint).toBe('');
  expect(history.faults).toHaveLength(profiles.short.rounds);
}, 900_000);
