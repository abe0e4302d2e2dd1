import { afterAll, expect, test } from 'vitest';
import type { BlipConfig } from '../checkpoint/config.js';
import { modelFolder, removeModelFolders } from '../checkpoint/testing/write-files.js';
import type { Files } from '../testing/model-print.js';
import { tinyVocabulary } from '../testing/tiny-model.js';
import { BlipTokenizer } from '../tokenizer.js';
import { fitTokenizer } from './fit-tokenizer.js';
import { readTokenizerFile } from './tokenizer-file.js';

afterAll(removeModelFolders);

const words = tinyVocabulary();
const size = words.split('\n').length - 1;
const ids = { bosTokenId: size, sepTokenId: 102, padTokenId: 0 };

async function fit(files: Files, { task = 'captioning', ...text }: Record<string, unknown> = {}) {
  const warnings: string[] = [];
  const config = { task, text: { vocabSize: size + 2, ...ids, ...text } } as unknown as BlipConfig;
  const tokenizer = await readTokenizerFile([await modelFolder(files)]);
  const { tokenizerJson } = fitTokenizer(tokenizer, config, (warning) => warnings.push(warning));
  return { tokenizer: BlipTokenizer.fromJson(tokenizerJson), warnings };
}

const json = (value: object) => JSON.stringify(value);

test.each<[string, Files, Record<string, unknown>, string]>([
  [
    'a question needs [CLS]',
    { 'vocab.txt': words.replace('[CLS]', '<s>') },
    { task: 'question_answering' },
    'no [CLS], with which texts begin; name the token that it has instead as cls_token',
  ],
  [
    'a text to match needs [SEP]',
    { 'vocab.txt': words.replace('[SEP]', '</s>') },
    { task: 'image_text_retrieval' },
    'no [SEP], with which texts end',
  ],
  [
    'a word that is not in the vocabulary needs [UNK]',
    { 'vocab.txt': words.replace('[UNK]', '[unused]') },
    {},
    'no [UNK], which stands for what the vocabulary lacks',
  ],
  [
    'an added token needs an embedding',
    { 'vocab.txt': words, 'added_tokens.json': json({ '<bird>': size + 2 }) },
    {},
    `1 token has no embedding, the first being "<bird>" with the id ${size + 2}, while vocab_size is ${size + 2}`,
  ],
  [
    'a vocabulary needs as many embeddings',
    { 'vocab.txt': words },
    { vocabSize: size - 3 },
    `3 tokens have no embedding`,
  ],
])('%s, which is reported before any request', async (_what, files, config, message) => {
  await expect(fit(files, config)).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining(message),
  });
});

test('two tokens of one id are refused', async () => {
  const files = { 'vocab.txt': words, 'added_tokens.json': json({ '<bird>': 104 }) };
  await expect(fit(files)).rejects.toMatchObject({
    message: expect.stringContaining('104 is that of two tokens, "a" and "<bird>"'),
  });
});

test('a caption needs no [CLS]', async () => {
  const { tokenizer } = await fit({ 'vocab.txt': words.replace('[CLS]', '<s>') });
  expect(tokenizer.encodePrompt('a')).toEqual([104]);
});

test('the token that a model begins with stays out of texts, even where only config.json tells', async () => {
  const { tokenizer } = await fit({ 'vocab.txt': `${words}[DEC]\n[ENC]\n` });
  expect(tokenizer.decode([size, 104, 102])).toBe('a');
});

test.each([
  ['sep_token_id', { sepTokenId: 103 }, '[SEP] has the id 102'],
  ['bos_token_id', { bosTokenId: size + 1 }, `[DEC] has the id ${size}`],
])('a %s that is not the one of the tokenizer is a warning', async (field, config, message) => {
  const files = { 'vocab.txt': `${words}[DEC]\n`, 'tokenizer_config.json': json({ bos_token: '[DEC]' }) };
  expect((await fit(files)).warnings).toEqual([]);
  const { warnings } = await fit(files, config);
  expect(warnings).toEqual([expect.stringContaining(message)]);
  expect(warnings[0]).toContain(field);
});

test("a checkpoint of the original code without a tokenizer has BERT's", async () => {
  const { ids, path } = await readTokenizerFile([await modelFolder({})], true);
  expect([ids.get('[SEP]'), ids.get('dogs'), ids.size]).toEqual([102, 6077, 30_522]);
  expect(path).toMatch(/bert-base-uncased\.txt$/);
});
