import { expect, test } from 'vitest';
import { JsonMembers } from './json-members.js';

const members = () => new JsonMembers({ list: 'items', bytesMax: 1000, onItem: () => undefined });
const text = (count: number) => `{${Array.from({ length: count }, (_, n) => `"${n}":0`).join(',')}`;

test('a body with more names than any batch can use is refused before the others are read', () => {
  const enough = members();
  enough.push(Buffer.from(`${text(100)}}`));
  enough.end();
  expect(Object.keys(enough.value as object)).toHaveLength(100);
  expect(() => members().push(Buffer.from(`${text(101)},"not JSON`))).toThrow(
    expect.objectContaining({ code: 'invalid_params', message: expect.stringContaining('more names') }),
  );
});
