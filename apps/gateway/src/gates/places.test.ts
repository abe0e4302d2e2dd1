import { expect, test } from 'vitest';
import { Places } from './places.js';

/** How many a tenant gets until it is refused. */
function taken(places: Places, tenant: string): number {
  let count = 0;
  while (places.take(tenant)) count += 1;
  return count;
}

test('one tenant leaves a fifth of the places to the next; without keys, the public tenant may take all', () => {
  const places = new Places(100);
  expect([taken(places, 'a'), taken(places, 'b'), taken(places, 'c')]).toEqual([80, 16, 4]);
  expect(taken(new Places(100), 'public')).toBe(100);
});

test('places that are given back are free again, once each', () => {
  const places = new Places(10);
  const [large, small] = [places.take('public', 8), places.take('public', 2)];
  expect(places.take('public')).toBeUndefined();
  large?.();
  large?.();
  expect(places.take('public', 9)).toBeUndefined();
  expect(places.take('public', 8)).toBeDefined();
  small?.();
});
