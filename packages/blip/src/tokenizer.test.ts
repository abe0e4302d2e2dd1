import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BlipTokenizer } from './tokenizer.js';

const reference = new URL('../../../test/reference/', import.meta.url);
const goldens = JSON.parse(readFileSync(new URL('goldens.json', reference), 'utf8'));
const tokenizer = BlipTokenizer.fromJson(readFileSync(new URL('tokenizer/tokenizer.json', reference), 'utf8'));

test.each(goldens.tokenizer as { text: string; ids: number[]; decoded: string }[])(
  'encodes and decodes $text as transformers does',
  ({ text, ids, decoded }) => {
    expect(tokenizer.encodePrompt(text)).toEqual(ids.slice(1, -1));
    expect(tokenizer.decode(ids)).toBe(decoded);
  },
);

test.each(goldens.caption as { ids: number[]; text: string }[])('decodes the caption "$text"', ({ ids, text }) => {
  expect(tokenizer.decode(ids)).toBe(text);
});
