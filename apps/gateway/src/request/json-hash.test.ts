import { createHash } from 'node:crypto';
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

test('the hash of a value stays the same from version to version, since repetitions are told by it', () => {
  const long = 'é'.repeat(5000);
  const bytes = Buffer.from([0, 255]);
  const said = `{"1:a[1,"1:é"5000:${long}#2:`;
  const expected = createHash('sha256').update(said).update(bytes).update(']"1:btrue,}').digest('hex');
  expect(jsonHash({ b: true, a: [1, 'é', long, bytes] })).toBe(expected);
});
