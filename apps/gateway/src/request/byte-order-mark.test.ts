import { expect, test } from 'vitest';
import { ByteOrderMark } from './byte-order-mark.js';

const mark = '\ufeff';

test.each([
  [`${mark}{}`, '{}'],
  ['{}', '{}'],
  [`${mark}${mark}{}`, `${mark}{}`],
  [`{}${mark}`, `{}${mark}`],
  [mark, ''],
])('%j is read as %j, whole and byte by byte', (text, read) => {
  const bytes = Buffer.from(text);
  expect(new ByteOrderMark().skip(bytes).toString()).toBe(read);
  const skipping = new ByteOrderMark();
  const pieces = [...bytes].map((byte) => skipping.skip(Buffer.of(byte)));
  expect(Buffer.concat(pieces).toString()).toBe(read);
});

test('what only begins like a mark is left as it is', () => {
  for (const bytes of [Buffer.of(0xef, 0x7b), Buffer.of(0xef, 0xbb, 0x7b)]) {
    const skipping = new ByteOrderMark();
    expect(skipping.skip(bytes)).toEqual(bytes);
    const slowly = new ByteOrderMark();
    expect(Buffer.concat([...bytes].map((byte) => slowly.skip(Buffer.of(byte))))).toEqual(bytes);
  }
});
