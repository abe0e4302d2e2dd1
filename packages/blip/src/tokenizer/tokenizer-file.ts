import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { parseConfig } from '../checkpoint/json-file.js';
import type { SpecialIds } from '../checkpoint/original-config.js';
import { fileError } from '../checkpoint/weight-file.js';
import { ModelError } from '../model-error.js';
import { BlipTokenizer } from '../tokenizer.js';
import {
  type AddedToken,
  addedToken,
  plainToken,
  readTokenizerSettings,
  type TokenizerSettings,
} from './tokenizer-settings.js';

/** The vocabulary of google-bert/bert-base-uncased (Apache 2.0), with which every BLIP of salesforce was trained. */
const bundledVocabulary = fileURLToPath(new URL('../../vocabulary/bert-base-uncased.txt', import.meta.url));

const tokenizerJson = z.looseObject({
  added_tokens: z.array(addedToken).default([]),
  normalizer: z.looseObject({ type: z.string() }).nullish(),
  post_processor: z.unknown(),
  model: z.looseObject({
    type: z.string().optional(),
    unk_token: z.string().nullish(),
    vocab: z.union([z.record(z.string(), z.int().nonnegative()), z.array(z.tuple([z.string(), z.number()]))]),
  }),
});
type TokenizerJson = z.infer<typeof tokenizerJson>;

/** What a model folder says about its tokenizer. */
export interface TokenizerFile {
  /** The file that has the vocabulary, for messages. */
  readonly path: string;
  /** As tokenizer.json would be, had it all that the other files say: added and special tokens, how text is normalised. */
  readonly json: TokenizerJson;
  readonly settings: TokenizerSettings;
  /** Id by token, those added included. */
  readonly ids: ReadonlyMap<string, number>;
  readonly specialIds: SpecialIds;
}

/**
 * @param folders the first that has a tokenizer counts
 * @param isOriginal whether the weights are of salesforce/BLIP or LAVIS, which keep no tokenizer beside them
 * @throws ModelError where there is no tokenizer, or one that does not work
 */
export async function readTokenizerFile(folders: readonly string[], isOriginal = false): Promise<TokenizerFile> {
  const candidates = folders.flatMap((folder) => ['tokenizer.json', 'vocab.txt'].map((name) => ({ folder, name })));
  const found = candidates.find(({ folder, name }) => existsSync(join(folder, name)));
  const folder = found?.folder ?? folders.at(-1)!;
  const path = found ? join(found.folder, found.name) : isOriginal ? bundledVocabulary : undefined;
  if (path === undefined) {
    throw new ModelError(
      'checkpoint_missing',
      `${join(folder, 'tokenizer.json')} does not exist, nor vocab.txt beside it; copy the tokenizer's files from the base model, or save them: processor.save_pretrained(FOLDER)`,
    );
  }
  const settings = await readTokenizerSettings(folder);
  const text = await readText(path);
  const stored = path.endsWith('.json') ? parseTokenizer(path, text) : fromVocabulary(text);
  const json = completed(path, stored, settings);
  requireUsable(path, json);
  const ids = new Map([
    ...Object.entries(vocabularyOf(json)),
    ...json.added_tokens.map(({ content, id }) => [content, id] as const),
  ]);
  const bos = settings.bos ?? '[DEC]';
  const specialIds = { bos: ids.get(bos), sep: ids.get(settings.names.sep), pad: ids.get(settings.names.pad) };
  return { path, json, settings, ids, specialIds };
}

async function readText(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((error) => {
    throw fileError(path, error);
  });
}

function parseTokenizer(path: string, text: string): TokenizerJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unusable(path, cause as Error);
  }
  return parseConfig(path, tokenizerJson, value);
}

function requireUsable(path: string, json: TokenizerJson): void {
  try {
    BlipTokenizer.fromJson(JSON.stringify(json)).encodePrompt('a picture of');
  } catch (cause) {
    throw unusable(path, cause as Error);
  }
}

function unusable(path: string, cause: Error): ModelError {
  return new ModelError('config_invalid', `${path} is not a tokenizer that can be used: ${cause.message}`, { cause });
}

/** Id by token. A Unigram vocabulary is a list of tokens and their scores. */
function vocabularyOf({ model: { vocab } }: TokenizerJson): Readonly<Record<string, number>> {
  return Array.isArray(vocab) ? Object.fromEntries(vocab.map(([token], id) => [token, id])) : vocab;
}

/** The tokenizer with what its settings say put into it. */
function completed(path: string, json: TokenizerJson, settings: TokenizerSettings): TokenizerJson {
  const { names, isBert } = settings;
  const isWordPiece = json.model.type === 'WordPiece' && json.normalizer?.type === 'BertNormalizer';
  return {
    ...json,
    // What a batch was cut and filled up to in training is no property of a text.
    truncation: null,
    padding: null,
    added_tokens: addedTokens(path, json, settings),
    ...(isBert &&
      isWordPiece && {
        normalizer: bertNormalizer(json.normalizer!, settings),
        model: { ...json.model, unk_token: names.unk },
      }),
    post_processor: template(names.cls, names.sep),
  };
}

function bertNormalizer(normalizer: object, { lowercase, chineseCharacters, stripAccents }: TokenizerSettings) {
  return {
    ...normalizer,
    type: 'BertNormalizer',
    lowercase,
    handle_chinese_chars: chineseCharacters,
    strip_accents: stripAccents,
  };
}

/** The tokens of all files, each once; a special token that is a word of the vocabulary is one of them. */
function addedTokens(path: string, json: TokenizerJson, { added, special }: TokenizerSettings): AddedToken[] {
  const vocabulary = new Map(Object.entries(vocabularyOf(json)));
  const wordOf = new Map([...vocabulary].map(([word, id]) => [id, word]));
  const tokens = new Map<string, AddedToken>();
  for (const token of [...json.added_tokens, ...added]) {
    const id = vocabulary.get(token.content) ?? token.id;
    tokens.set(token.content, { ...token, id, special: token.special || special.includes(token.content) });
  }
  for (const content of special) {
    const id = vocabulary.get(content);
    if (id === undefined || tokens.has(content)) continue;
    tokens.set(content, plainToken(id, content, true));
  }
  for (const { id, content } of tokens.values()) {
    const other = wordOf.get(id);
    if (other !== undefined && other !== content) {
      throw new ModelError(
        'config_invalid',
        `${path}: the id ${id} is that of two tokens, ${JSON.stringify(other)} and ${JSON.stringify(content)}`,
      );
    }
    wordOf.set(id, content);
  }
  return [...tokens.values()].sort((a, b) => a.id - b.id);
}

/** How a text becomes `[CLS] text [SEP]`; read by BlipTokenizer. */
function template(cls: string, sep: string) {
  const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const single = [special(cls), { Sequence: { id: 'A', type_id: 0 } }, special(sep)];
  return { type: 'TemplateProcessing', single, pair: single, special_tokens: {} };
}

/** The tokenizer.json that transformers' BertTokenizer makes of a vocabulary of one token a line. */
function fromVocabulary(text: string): TokenizerJson {
  const tokens = text.split(/\r\n|\r|\n/);
  if (tokens.at(-1) === '') tokens.pop();
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'].filter((token) => Object.hasOwn(vocab, token));
  return {
    version: '1.0',
    added_tokens: special.map((content) => plainToken(vocab[content]!, content, true)),
    normalizer: { type: 'BertNormalizer', clean_text: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: null,
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab,
    },
  };
}
