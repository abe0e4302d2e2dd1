import { Tokenizer } from '@huggingface/tokenizers';
import { usualSpellings } from './bad-words.js';
import { beginsWord } from './token-table.js';

/**
 * BLIP's WordPiece tokenizer (BertTokenizer): prompts to ids, ids to text.
 *
 * Needs tokenizer.json alone, and no ONNX runtime, so that an HTTP process can check prompts too.
 */
export class BlipTokenizer {
  readonly #tokenizer: Tokenizer;
  readonly #begin: string;
  readonly #end: string;

  private constructor(tokenizer: Tokenizer, [begin, end]: readonly [string, string]) {
    this.#tokenizer = tokenizer;
    this.#begin = begin;
    this.#end = end;
  }

  /**
   * @param tokenizerJson the text of a Hugging Face tokenizer.json
   * @param cleanUpSpaces tokenizer_config.json's clean_up_tokenization_spaces: join "isn ' t" to "isn't" and the
   *   like; off where the file does not say, as in transformers 5
   */
  static fromJson(tokenizerJson: string, cleanUpSpaces = false): BlipTokenizer {
    const config = { clean_up_tokenization_spaces: cleanUpSpaces };
    const json = JSON.parse(tokenizerJson);
    return new BlipTokenizer(new Tokenizer(json, config), enclosingTokens(json));
  }

  /**
   * The ids of a prompt as generation wants them behind its first token: without [CLS] and [SEP]
   * (BlipForConditionalGeneration.generate replaces the one by bos and drops the other).
   */
  encodePrompt(text: string): number[] {
    return this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  /**
   * The ids of a text as encoders want them: [CLS] text [SEP], or what tokenizer.json has instead of these two.
   *
   * @throws Error where the vocabulary has not got them
   */
  encode(text: string): number[] {
    return [this.#special(this.#begin), ...this.encodePrompt(text), this.#special(this.#end)];
  }

  /** A token as the vocabulary has it ("##ing"); undefined for ids outside it. */
  pieceOf(id: number): string | undefined {
    return this.#tokenizer.id_to_token(id);
  }

  idOf(piece: string): number | undefined {
    return this.#tokenizer.token_to_id(piece);
  }

  /** Whether texts leave the token out, [UNK] included. */
  isSpecial(id: number): boolean {
    const piece = this.pieceOf(id);
    return piece !== undefined && /^\[.*\]$/.test(piece) && this.decode([id]) === '';
  }

  /** Whether a word of one piece is left to say where texts may not occur (see badWordSequences). */
  leavesWords(badWords: readonly string[]): boolean {
    const spellings = badWords.flatMap((text) => usualSpellings(this, text));
    const banned = new Set(spellings.flatMap((ids) => (ids.length === 1 ? ids : [])));
    for (let id = 0; this.pieceOf(id) !== undefined; id++) {
      if (!banned.has(id) && beginsWord(this.pieceOf(id)) && !this.isSpecial(id)) return true;
    }
    return false;
  }

  /** Whether texts join the token to the word before it, as they do a full stop. */
  joins(id: number): boolean {
    const word = this.encodePrompt('a');
    return !this.decode([...word, id]).includes(' ');
  }

  #special(token: string): number {
    const id = this.#tokenizer.token_to_id(token);
    if (id === undefined) throw new Error(`the vocabulary has no ${token}`);
    return id;
  }

  /** The text of generated ids: special tokens and ids outside the vocabulary left out. */
  decode(ids: readonly number[]): string {
    const known = ids.filter((id) => this.#tokenizer.id_to_token(id) !== undefined);
    return known.length === 0 ? '' : this.#tokenizer.decode(known, { skip_special_tokens: true }).trim();
  }
}

/** The tokens around a text that the template of tokenizer.json's post_processor has; BERT's where it has none. */
function enclosingTokens(json: { post_processor?: { single?: unknown } | null }): readonly [string, string] {
  const { single } = json.post_processor ?? {};
  const special = (Array.isArray(single) ? single : []).flatMap((part) => part?.SpecialToken?.id ?? []);
  return special.length === 2 ? [special[0], special[1]] : ['[CLS]', '[SEP]'];
}
