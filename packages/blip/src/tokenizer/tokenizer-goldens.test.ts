import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { BlipConfig } from '../checkpoint/config.js';
import { modelFolder, removeModelFolders } from '../checkpoint/testing/write-files.js';
import { type Files, referenceFolder } from '../testing/model-print.js';
import { tinyVocabulary } from '../testing/tiny-model.js';
import { BlipTokenizer } from '../tokenizer.js';
import { fitTokenizer } from './fit-tokenizer.js';
import { readTokenizerFile } from './tokenizer-file.js';

interface Case {
  readonly words?: Readonly<Record<string, string>>;
  readonly fast?: boolean;
  readonly texts: readonly { text: string; ids: number[]; enclosed: number[]; decoded: string }[];
}

/** By tools/goldens/make-tokenizer-goldens.py, with transformers 5. */
const goldens: { cases: Record<string, Case> } = JSON.parse(
  readFileSync(join(referenceFolder(''), 'goldens-tokenizers.json'), 'utf8'),
);
afterAll(removeModelFolders);

/** Of a model with room for every token, in which questions are put between special tokens. */
const config = {
  task: 'question_answering',
  text: { vocabSize: 1000, bosTokenId: 999, sepTokenId: 102, padTokenId: 0 },
} as BlipConfig;

function vocabulary(changed: Readonly<Record<string, string>> = {}): string {
  const words = tinyVocabulary().split('\n').slice(0, -1);
  for (const [at, word] of Object.entries(changed)) words[Number(at)] = word;
  return `${words.join('\n')}\n`;
}

/** The tokenizer.json that a vocabulary is saved as. */
async function saved(words: string): Promise<string> {
  return JSON.stringify((await readTokenizerFile([await modelFolder({ 'vocab.txt': words })])).json);
}

test.each(Object.entries(goldens.cases))('%s: ids and texts are those of transformers', async (_name, golden) => {
  const { texts, fast, words, ...beside } = golden;
  const files = Object.fromEntries(Object.entries(beside).map(([name, value]) => [name, JSON.stringify(value)]));
  const text = vocabulary(words);
  const base: Files = fast ? { 'tokenizer.json': await saved(text) } : { 'vocab.txt': text };
  const fitted = fitTokenizer(await readTokenizerFile([await modelFolder({ ...base, ...files })]), config);
  const tokenizer = BlipTokenizer.fromJson(fitted.tokenizerJson, fitted.cleanUpSpaces);
  for (const { text, ids, enclosed, decoded } of texts) {
    expect(tokenizer.encodePrompt(text), text).toEqual(ids);
    expect(tokenizer.encode(text), text).toEqual(enclosed);
    expect(tokenizer.decode(enclosed), text).toBe(decoded);
  }
});
