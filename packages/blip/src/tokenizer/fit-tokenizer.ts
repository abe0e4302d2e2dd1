import type { BlipConfig } from '../checkpoint/config.js';
import { ModelError } from '../model-error.js';
import type { TokenizerFile } from './tokenizer-file.js';
import { plainToken } from './tokenizer-settings.js';

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
  const { settings, json } = tokenizer;
  const { names, bos, cleanUpSpaces } = settings;
  requireEmbeddings(tokenizer, text.vocabSize);
  if (json.model.type === 'WordPiece') {
    requireToken(
      tokenizer,
      json.model.unk_token ?? names.unk,
      'unk_token',
      'which stands for what the vocabulary lacks',
    );
  }
  if (task !== 'captioning') {
    requireToken(tokenizer, names.cls, 'cls_token', 'with which texts begin');
    requireToken(tokenizer, names.sep, 'sep_token', 'with which texts end');
  }
  if (task !== 'image_text_retrieval') {
    const differing = [
      whereDiffering(tokenizer, names.sep, 'sep_token_id', text.sepTokenId),
      bos && whereDiffering(tokenizer, bos, 'bos_token_id', text.bosTokenId),
    ];
    for (const message of differing) if (message) onWarning?.(message);
  }
  return { tokenizerJson: JSON.stringify(withSpecialIds(tokenizer, text)), cleanUpSpaces };
}

function requireEmbeddings({ path, ids }: TokenizerFile, vocabSize: number): void {
  const beyond = [...ids].filter(([, id]) => id >= vocabSize).sort(([, a], [, b]) => a - b);
  const [first] = beyond;
  if (first === undefined) return;
  const tokens = beyond.length === 1 ? '1 token has' : `${beyond.length} tokens have`;
  const which = `the first being ${JSON.stringify(first[0])} with the id ${first[1]}, while vocab_size is ${vocabSize}`;
  throw new ModelError(
    'config_invalid',
    `${path}: ${tokens} no embedding, ${which}; save the tokenizer that the model was trained with, or resize the model: model.resize_token_embeddings(len(tokenizer))`,
  );
}

function requireToken({ path, ids }: TokenizerFile, token: string, name: string, role: string): void {
  if (ids.has(token)) return;
  throw new ModelError(
    'config_invalid',
    `${path}: the vocabulary has no ${token}, ${role}; name the token that it has instead as ${name} in tokenizer_config.json, or save the tokenizer that the model was trained with`,
  );
}

/** The warning where a model was told another id of a special token than its tokenizer has, which transformers takes too. */
function whereDiffering({ path, ids }: TokenizerFile, token: string, field: string, configured: number) {
  const id = ids.get(token);
  if (id === undefined || id === configured) return undefined;
  return `config.json says ${field} ${configured}, while ${token} has the id ${id} in ${path}; where the model was trained with that tokenizer, set ${field} of text_config to ${id}`;
}

/** The tokens that the model itself begins, ends and fills up with are no text, even if only config.json tells. */
function withSpecialIds({ json, ids }: TokenizerFile, { bosTokenId, sepTokenId, padTokenId }: BlipConfig['text']) {
  const own = [...ids].filter(
    ([token, id]) => [bosTokenId, sepTokenId, padTokenId].includes(id) && BRACKETED.test(token),
  );
  const others = json.added_tokens.filter(({ id }) => !own.some(([, special]) => special === id));
  const special = own.map(([content, id]) => ({
    ...plainToken(id, content, true),
    ...json.added_tokens.find((token) => token.id === id),
    content,
    special: true,
  }));
  return { ...json, added_tokens: [...others, ...special].sort((a, b) => a.id - b.id) };
}
