import type { BlipTokenizer } from './tokenizer.js';

/** How many ways of spelling a text in pieces are banned: those of the fewest pieces. */
const spellingsMax = 16;

/**
 * The token sequences that spell texts, for what may not occur (transformers' `bad_words_ids`): in lower and upper case,
 * capitalised and as given, with or without blanks around; and in whatever pieces, for a model whose usual pieces are
 * banned could go on with others. A text with characters outside the vocabulary cannot occur and has none.
 */
export function badWordSequences(tokenizer: BlipTokenizer, texts: readonly string[]): number[][] {
  const spellings = (text: string) => usualSpellings(tokenizer, text).flatMap((usual) => spellingsOf(tokenizer, usual));
  return distinct(texts.flatMap((text) => fewest(spellings(text))));
}

/** What the tokenizer makes of a text in each case, unless it has characters outside the vocabulary. */
export function usualSpellings(tokenizer: BlipTokenizer, text: string): number[][] {
  const usual = casings(text.trim()).map((cased) => tokenizer.encodePrompt(cased));
  return distinct(usual.filter((ids) => ids.length > 0 && !ids.some((id) => tokenizer.isSpecial(id))));
}

function casings(text: string): string[] {
  const lower = text.toLowerCase();
  const [first = '', ...rest] = lower;
  return [...new Set([text, lower, text.toUpperCase(), first.toUpperCase() + rest.join('')])];
}

/** A text's words one after another, each in all its spellings. */
function spellingsOf(tokenizer: BlipTokenizer, usual: readonly number[]): number[][] {
  const words: string[] = [];
  for (const id of usual) {
    const piece = tokenizer.pieceOf(id)!;
    if (piece.startsWith('##') && words.length > 0) words[words.length - 1] += piece.slice(2);
    else words.push(piece);
  }
  let ways: number[][] = [[]];
  for (const word of words) {
    const spellings = spellingsOfWord(tokenizer, word);
    ways = fewest(ways.flatMap((way) => spellings.map((pieces) => [...way, ...pieces])));
  }
  return ways;
}

/** The splits of a word into the fewest pieces of the vocabulary, made from those of its ends. */
function spellingsOfWord(tokenizer: BlipTokenizer, word: string): number[][] {
  const ways: number[][][] = [];
  ways[word.length] = [[]];
  for (let start = word.length - 1; start >= 0; start--) {
    const pieces = piecesAt(tokenizer, word, start);
    ways[start] = fewest(pieces.flatMap(({ end, id }) => ways[end]!.map((rest) => [id, ...rest])));
  }
  return ways[0]!;
}

/** The pieces that a word may go on with, the longest first. */
function piecesAt(tokenizer: BlipTokenizer, word: string, start: number): { end: number; id: number }[] {
  const pieces: { end: number; id: number }[] = [];
  for (let end = word.length; end > start; end--) {
    const id = tokenizer.idOf(`${start === 0 ? '' : '##'}${word.slice(start, end)}`);
    if (id !== undefined) pieces.push({ end, id });
  }
  return pieces;
}

function fewest(ways: readonly number[][]): number[][] {
  return ways.toSorted((a, b) => a.length - b.length).slice(0, spellingsMax);
}

function distinct(sequences: readonly number[][]): number[][] {
  return [...new Map(sequences.map((sequence) => [sequence.join(), sequence])).values()];
}
