import type { BlipConfig } from '../checkpoint/config.js';
import { ModelError } from '../model-error.js';
import type { TokenizerFile } from './tokenizer-file.js';

/** What a special token looks like where no file says that it is one. */
const BRACKETED = /^(\[.*\]|<.*>)$/;

/** A tokenizer that fits its model: all that requests can make of it works. */
export interface FittedTokenizer {
  /** The text of tokenizer.json, complete. */
  readonly tokenizerJson: string;
  /** Whether decoding joins "isn ' t" to "isn't". */
  readonly cleanUpSpaces: boolean;
}

/**
 * Checks a tokenizer against its model, so that no request fails for what the files lack.
 *
 * @throws ModelError naming the token that is missing, or that the model has no embedding of
 */
export function fitTokenizer(
  tokenizer: TokenizerFile,
  { text, task }: BlipConfig,
  onWarning?: (message: string) => void,
): FittedTokenizer {
  const { path, ids, settings, json } = tokenizer;
  const { names, bos, cleanUpSpaces } = settings;
  const beyond = [...ids].filter(([, id]) => id >= text.vocabSize).sort(([, a], [, b]) => a - b);
  if (beyond.length > 0) {
    const [[token, id]] = beyond as [[string, number]];
    const tokens = beyond.length === 1 ? '1 token has' : `${beyond.length} tokens have`;
    throw new ModelError(
      'config_invalid',
      `${path}: ${tokens} no embedding, the first being ${JSON.stringify(token)} with the id ${id}, while vocab_size is ${text.vocabSize}; save the tokenizer that the model was trained with, or resize the model: model.resize_token_embeddings(len(tokenizer))`,
    );
  }
  if (json.model.type === 'WordPiece')
    require_(json.model.unk_token ?? names.unk, 'unk_token', 'which stands for what the vocabulary lacks');
  if (task !== 'captioning') {
    require_(names.cls, 'cls_token', 'with which texts begin');
    require_(names.sep, 'sep_token', 'with which texts end');
  }
  const ends = task !== 'image_text_retrieval';
  warn(ends ? ids.get(names.sep) : undefined, names.sep, 'sep_token_id', text.sepTokenId, 'ends');
  warn(ends && bos !== undefined ? ids.get(bos) : undefined, bos!, 'bos_token_id', text.bosTokenId, 'begins');
  return { tokenizerJson: JSON.stringify(withSpecialIds(tokenizer, text)), cleanUpSpaces };

  function require_(token: string, name: string, why: string): void {
    if (ids.has(token)) return;
    throw new ModelError(
      'config_invalid',
      `${path}: the vocabulary has no ${token}, ${why}; name the token that it has instead as ${name} in tokenizer_config.json, or save the tokenizer that the model was trained with`,
    );
  }

  function warn(id: number | undefined, token: string, field: string, configured: number, does: string): void {
    if (id === undefined || id === configured) return;
    onWarning?.(
      `config.json ${does} texts with ${field} ${configured}, while ${token} has the id ${id} in ${path}; where the model was trained with that tokenizer, set ${field} of text_config to ${id}`,
    );
  }
}

/** The tokens that the model itself begins, ends and fills up with are no text, even if only config.json tells. */
function withSpecialIds({ json, ids }: TokenizerFile, { bosTokenId, sepTokenId, padTokenId }: BlipConfig['text']) {
  const own = [...ids].filter(
    ([token, id]) => [bosTokenId, sepTokenId, padTokenId].includes(id) && BRACKETED.test(token),
  );
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  const others = json.added_tokens.filter(({ id }) => !own.some(([, special]) => special === id));
  const special = own.map(([content, id]) => ({
    ...flags,
    ...json.added_tokens.find((token) => token.id === id),
    id,
    content,
    special: true,
  }));
  return { ...json, added_tokens: [...others, ...special].sort((a, b) => a.id - b.id) };
}
