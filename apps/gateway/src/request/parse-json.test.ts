import { expect, test } from 'vitest';
import { parseJson } from './parse-json.js';

const parse = (text: string) => parseJson(Buffer.from(text));
const megabytes = (piece: string, count = 8) => piece.repeat(Math.ceil((count * 1_000_000) / piece.length));
const refused = expect.objectContaining({ name: 'BlipqError', code: 'invalid_params' });
const codeOf = (text: string): string => {
  try {
    parse(text);
    return 'none';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test.each([
  ['names', `{${Array.from({ length: 30_000 }, (_, n) => `"${n}":0`)}}`],
  ['numbers', `[${megabytes('0,')}0]`],
  ['texts', `[${megabytes('"",')}""]`],
  ['texts with nothing between them', megabytes('""')],
  ['lists side by side', `[${megabytes('[],')}[]]`],
  ['lists in lists', `${'['.repeat(100)}${']'.repeat(100)}`],
  ['objects in objects', `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`],
])('a body of too many %s is refused', (_what, text) => {
  expect(() => parse(text)).toThrow(refused);
});

test('what stands in a text counts as one text, however long and with whatever in it', () => {
  const value = { a: '[{,:'.repeat(100_000), b: '\\"'.repeat(100_000), c: '\\'.repeat(100_001), d: ['\\"', '"'] };
  expect(parse(JSON.stringify(value))).toEqual(value);
  expect(parse(JSON.stringify(value, null, 8))).toEqual(value);
});

test.each([
  ['nothing', ''],
  ['a text without an end', '"abc'],
  ['a text that ends in a backslash', '"abc\\'],
  ['brackets that close what was not open', ']]]]'],
  ['eight megabytes of blanks', megabytes(' ')],
  ['eight megabytes of backslashes in a text', `"${megabytes('\\')}`],
])('%s is not JSON', (_what, text) => {
  expect(codeOf(text)).toBe('malformed_json');
});
