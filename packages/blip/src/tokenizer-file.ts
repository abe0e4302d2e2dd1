import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { parseConfig, readJson } from './checkpoint/json-file.js';
import { ModelError } from './model-error.js';
import { BlipTokenizer } from './tokenizer.js';

const settings = z.object({
  do_lower_case: z.boolean().default(true),
  tokenize_chinese_chars: z.boolean().default(true),
  strip_accents: z.boolean().nullable().default(null),
  clean_up_tokenization_spaces: z.boolean().default(false),
});

/** What a model folder says about its tokenizer. */
export interface TokenizerFile {
  /** The text of tokenizer.json, made from vocab.txt where there is none. */
  readonly tokenizerJson: string;
  /** Whether decoding joins "isn ' t" to "isn't". */
  readonly cleanUpSpaces: boolean;
}

/** @throws ModelError where the folder has no tokenizer, or one that does not work */
export async function readTokenizerFile(folder: string): Promise<TokenizerFile> {
  const configPath = join(folder, 'tokenizer_config.json');
  const config = parseConfig(configPath, settings, (await readJson(configPath)) ?? {});
  const path = ['tokenizer.json', 'vocab.txt'].map((name) => join(folder, name)).find(existsSync);
  if (path === undefined) {
    throw new ModelError(
      'checkpoint_missing',
      `${join(folder, 'tokenizer.json')} does not exist, nor vocab.txt beside it`,
    );
  }
  const text = await readFile(path, 'utf8');
  const tokenizerJson = path.endsWith('.json') ? text : fromVocabulary(text, config);
  try {
    BlipTokenizer.fromJson(tokenizerJson).encodePrompt('a picture of');
  } catch (cause) {
    throw new ModelError('config_invalid', `${path} is not a tokenizer that can be used: ${(cause as Error).message}`, {
      cause,
    });
  }
  return { tokenizerJson, cleanUpSpaces: config.clean_up_tokenization_spaces };
}

/** The tokenizer.json that transformers' BertTokenizer makes of a vocabulary of one token a line. */
function fromVocabulary(text: string, config: z.infer<typeof settings>): string {
  const tokens = text.split(/\r?\n/);
  if (tokens.at(-1) === '') tokens.pop();
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'].filter((token) => token in vocab);
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map((content) => ({
      id: vocab[content],
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: config.tokenize_chinese_chars,
      strip_accents: config.strip_accents,
      lowercase: config.do_lower_case,
    },
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
  });
}
