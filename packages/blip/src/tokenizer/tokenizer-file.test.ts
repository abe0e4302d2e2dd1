import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { BlipTokenizer } from '../tokenizer.js';
import { readTokenizerFile } from './tokenizer-file.js';

const reference = fileURLToPath(new URL('../../../../test/reference/', import.meta.url));
const bert = fileURLToPath(new URL('../../vocabulary/bert-base-uncased.txt', import.meta.url));
const goldens = JSON.parse(readFileSync(join(reference, 'goldens.json'), 'utf8')).tokenizer;
const folder = await mkdtemp(join(tmpdir(), 'blipq-tokenizer-'));
afterAll(() => rm(folder, { recursive: true }));

test('a vocabulary alone makes the tokenizer that tokenizer.json describes', async () => {
  await cp(bert, join(folder, 'vocab.txt'));
  const tokenizer = BlipTokenizer.fromJson(JSON.stringify((await readTokenizerFile([folder])).json));
  for (const { text, ids, decoded } of goldens) {
    expect(tokenizer.encodePrompt(text)).toEqual(ids.slice(1, -1));
    expect(tokenizer.decode(ids)).toBe(decoded);
  }
});

test('tokenizer_config.json decides whether decoding joins apostrophes', async () => {
  await cp(bert, join(folder, 'vocab.txt'));
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ clean_up_tokenization_spaces: true }));
  const { json, settings } = await readTokenizerFile([folder]);
  expect(settings.cleanUpSpaces).toBe(true);
  const tokenizer = BlipTokenizer.fromJson(JSON.stringify(json), settings.cleanUpSpaces);
  expect(tokenizer.decode(tokenizer.encodePrompt("isn't it"))).toBe("isn't it");
});
