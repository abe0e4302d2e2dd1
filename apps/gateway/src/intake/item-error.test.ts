import { BlipqError } from '@blipq/contracts';
import { expect, test } from 'vitest';
import { itemErrorOf } from './item-error.js';

const errors = (count: number, length: number) =>
  Array.from({ length: count }, (_, n) => ({
    field: `items.0.${'f'.repeat(length)}${n}`,
    message: 'm'.repeat(length),
  }));

test('an error that fits is kept as it is', () => {
  const refused = new BlipqError('invalid_params', 'The request is not valid.', { errors: errors(2, 20) });
  expect(itemErrorOf(refused, 100)).toEqual({
    ...{ code: 'invalid_params', detail: 'The request is not valid.', retryable: false },
    errors: errors(2, 20),
  });
});

test.each([1, 10, 100, 10_000])('the errors of a batch of %i items are bounded, whatever was sent', (items) => {
  const refused = new BlipqError('invalid_params', 'd'.repeat(100_000), { errors: errors(1000, 500) });
  const stored = itemErrorOf(refused, items);
  expect(stored.detail.endsWith('…')).toBe(true);
  const chars = JSON.stringify(stored).length;
  expect(chars).toBeLessThan(3000);
  if (items >= 100) expect(chars).toBeLessThan(700);
});
