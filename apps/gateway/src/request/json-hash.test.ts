import { expect, test } from 'vitest';
import { jsonHash } from './json-hash.js';

test('the order of names and fields without a value make no difference', () => {
  const one = { a: [1, { b: '2', c: null }], d: true };
  expect(jsonHash({ d: true, e: undefined, a: [1, { c: null, b: '2' }] })).toBe(jsonHash(one));
});

test('what differs in any value, name or place has another hash', () => {
  const values = [
    ...[null, true, 1, '1', 'null', [], {}, [[]], [{}], ['1'], [1], [1, 1], [11], ['1', '1'], ['11'], { a: 1 }],
    ...[Buffer.from('1'), Buffer.from('11'), [Buffer.from('1'), Buffer.from('1')], { a: Buffer.from('1') }],
    ...[{ a: '1' }, { b: 1 }, { a: { b: 1 } }, { a: 1, b: 1 }, [['a', 1]], ['a', 1], '{', '['],
  ];
  expect(new Set(values.map((value) => jsonHash(value))).size).toBe(values.length);
});
