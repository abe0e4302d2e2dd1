import type { TokenTable } from './decoder-feeds.js';
import type { BlipTokenizer } from './tokenizer.js';

const isWord = /[\p{L}\p{N}]/u;

/** Whether a piece is the first of a word: it has a letter or digit, and no mark that it continues one. */
export function beginsWord(piece: string | undefined): boolean {
  return piece !== undefined && !piece.startsWith('##') && isWord.test(piece);
}

/** How many words a text has, counted as tokenTable does. */
export function wordsOf(text: string): number {
  return text.split(' ').filter((part) => isWord.test(part)).length;
}

/**
 * By what each token lengthens a text, in words and in characters (code points). Decoding may join more than is counted
 * here ("it ' s" to "it's"), so that a text is at most as long.
 *
 * @param size of the model's vocabulary, which may be larger than the tokenizer's
 */
export function tokenTable(tokenizer: BlipTokenizer, size: number): TokenTable {
  const table = { words: new BigInt64Array(size), chars: new BigInt64Array(size) };
  for (let id = 0; id < size; id++) {
    const piece = tokenizer.pieceOf(id);
    if (piece === undefined || tokenizer.isSpecial(id)) continue;
    if (beginsWord(piece)) table.words[id] = 1n;
    table.chars[id] = BigInt(charsOf(tokenizer, id, piece));
  }
  return table;
}

function charsOf(tokenizer: BlipTokenizer, id: number, piece: string): number {
  if (piece.startsWith('##')) return [...piece].length - 2;
  const blank = /^[.,!?]$/.test(piece) && tokenizer.joins(id) ? 0 : 1;
  return [...piece].length + blank;
}
