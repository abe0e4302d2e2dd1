import { join } from 'node:path';
import { z } from 'zod';
import { parseConfig, readJson } from '../checkpoint/json-file.js';

const flags = {
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  normalized: z.boolean().optional(),
  special: z.boolean().default(false),
};
const tokenId = z.int().nonnegative().max(10_000_000);
const tokenText = z.string().max(1000);
const token = z.union([tokenText, z.looseObject({ content: tokenText }).transform(({ content }) => content)]);
const manyTokens = z.union([z.array(token), z.record(z.string(), token).transform((named) => Object.values(named))]);

/** A token that the text is split at before anything else, as in tokenizer.json. */
export const addedToken = z.object({ id: tokenId, content: tokenText, ...flags });
export type AddedToken = z.infer<typeof addedToken>;

/** A token of which nothing but its text is known: it is found wherever that stands. */
export function plainToken(id: number, content: string, special: boolean): AddedToken {
  return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: !special, special };
}

const specialNames = {
  bos_token: token.optional(),
  eos_token: token.optional(),
  unk_token: token.optional(),
  sep_token: token.optional(),
  pad_token: token.optional(),
  cls_token: token.optional(),
  mask_token: token.optional(),
  additional_special_tokens: manyTokens.optional(),
  extra_special_tokens: manyTokens.optional(),
};

const tokenizerConfig = z.looseObject({
  tokenizer_class: z.string().optional(),
  do_lower_case: z.boolean().default(true),
  tokenize_chinese_chars: z.boolean().default(true),
  strip_accents: z.boolean().optional(),
  clean_up_tokenization_spaces: z.boolean().default(false),
  added_tokens_decoder: z.record(z.string().regex(/^\d{1,8}$/), z.object({ content: tokenText, ...flags })).optional(),
  ...specialNames,
});

/** What the files beside a vocabulary say of it. */
export interface TokenizerSettings {
  readonly lowercase: boolean;
  readonly chineseCharacters: boolean;
  readonly stripAccents: boolean | null;
  /** Whether decoding joins "isn ' t" to "isn't". */
  readonly cleanUpSpaces: boolean;
  /** Whether the tokenizer is BERT's, so that the fields above count and not what tokenizer.json has for them. */
  readonly isBert: boolean;
  /** The special tokens that are named, BERT's where they are not. */
  readonly names: Readonly<Record<'unk' | 'sep' | 'cls' | 'pad', string>>;
  readonly bos: string | undefined;
  /** All that are special: they are never split, and left out of texts. */
  readonly special: readonly string[];
  readonly added: readonly AddedToken[];
}

/** Classes that build their normalizer from tokenizer_config.json, whatever tokenizer.json says; none named is BertTokenizer. */
const bertClasses = /^(Bert|DistilBert|Electra|MobileBert|Blip)Tokenizer(Fast)?$/;

/**
 * Reads tokenizer_config.json, special_tokens_map.json and added_tokens.json, with the precedence of transformers 5: where
 * the first has an added_tokens_decoder, the others are older and count no more.
 *
 * @throws ModelError `config_invalid`
 */
export async function readTokenizerSettings(folder: string): Promise<TokenizerSettings> {
  const configPath = join(folder, 'tokenizer_config.json');
  const config = parseConfig(configPath, tokenizerConfig, (await readJson(configPath)) ?? {});
  const { added_tokens_decoder: decoder } = config;
  const mapPath = join(folder, 'special_tokens_map.json');
  const map = decoder ? {} : parseConfig(mapPath, z.looseObject(specialNames), (await readJson(mapPath)) ?? {});
  const named = { ...config, ...definedOf(map) };
  const special = specialTokens(named);
  return {
    lowercase: config.do_lower_case,
    chineseCharacters: config.tokenize_chinese_chars,
    stripAccents: config.strip_accents ?? null,
    cleanUpSpaces: config.clean_up_tokenization_spaces,
    isBert: bertClasses.test(config.tokenizer_class ?? 'BertTokenizer'),
    names: {
      unk: named.unk_token ?? '[UNK]',
      sep: named.sep_token ?? '[SEP]',
      cls: named.cls_token ?? '[CLS]',
      pad: named.pad_token ?? '[PAD]',
    },
    bos: named.bos_token,
    special,
    added: decoder
      ? Object.entries(decoder).map(([id, token]) => ({ id: Number(id), ...token }))
      : await readAddedTokens(folder, special),
  };
}

function definedOf<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Every `…_token`, those of a model's own too, and the lists. */
function specialTokens(named: Readonly<Record<string, unknown>>): string[] {
  const single = Object.entries(named).filter(([name]) => name.endsWith('_token') && !name.startsWith('add_'));
  const lists = [named.additional_special_tokens, named.extra_special_tokens];
  const values = [...single.map(([, value]) => value), ...lists.flat()];
  return [...new Set(values.flatMap((value) => token.safeParse(value).data ?? []))];
}

/** added_tokens.json, where slow tokenizers keep what was added to vocab.txt: ids by token. */
async function readAddedTokens(folder: string, special: readonly string[]): Promise<AddedToken[]> {
  const path = join(folder, 'added_tokens.json');
  const ids = parseConfig(path, z.record(tokenText, tokenId), (await readJson(path)) ?? {});
  return Object.entries(ids).map(([content, id]) => plainToken(id, content, special.includes(content)));
}
