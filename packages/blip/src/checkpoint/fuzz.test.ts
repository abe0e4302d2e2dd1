import { afterAll, expect, it } from 'vitest';
import { fuzz, fuzzTargets } from './testing/fuzz.js';
import { removeModelFolders } from './testing/write-files.js';

afterAll(removeModelFolders);

// tools/fuzz-checkpoint.mjs does the same for as long as one likes.
const RUNS = 150;

it.each(await fuzzTargets())('$name, damaged at random, is read or refused and nothing else', async (target) => {
  const { read, refused } = await fuzz(target, 1, RUNS);
  expect(read + refused).toBe(RUNS);
  // Otherwise the damage would be too coarse to reach what lies behind the first check.
  expect(read).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(0);
});
