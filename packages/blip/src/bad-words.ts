import type { BlipTokenizer } from './tokenizer.js';

/** How many ways of spelling a text in pieces are banned: those of the fewest pieces. */
const spellingsMax = 16;
/** Beginnings of spellings that are followed up for one length. */
const beginningsMax = 512;

/**
 * The token sequences that spell texts, for what may not occur (transformers' `bad_words_ids`): in lower and upper case,
 * capitalised and as given, with or without blanks around; and in whatever pieces, for a model whose usual pieces are
 * banned could go on with others. A text with characters outside the vocabulary cannot occur and has none.
 */
export function badWordSequences(tokenizer: BlipTokenizer, texts: readonly string[]): number[][] {
  const sequences = texts.flatMap((text) => {
    const ways = casings(text.trim()).flatMap((cased) => spellingsOf(tokenizer, cased));
    return ways.toSorted((a, b) => a.length - b.length).slice(0, spellingsMax);
  });
  return [...new Map(sequences.map((sequence) => [sequence.join(), sequence])).values()];
}

function casings(text: string): string[] {
  const lower = text.toLowerCase();
  const [first = '', ...rest] = lower;
  return [...new Set([text, lower, text.toUpperCase(), first.toUpperCase() + rest.join('')])];
}

/** A text's words one after another, each in all its spellings. */
function spellingsOf(tokenizer: BlipTokenizer, text: string): number[][] {
  const usual = tokenizer.encodePrompt(text);
  if (usual.length === 0 || usual.some((id) => tokenizer.isSpecial(id))) return [];
  const words: string[] = [];
  for (const id of usual) {
    const piece = tokenizer.pieceOf(id)!;
    if (piece.startsWith('##') && words.length > 0) words[words.length - 1] += piece.slice(2);
    else words.push(piece);
  }
  let ways: number[][] = [[]];
  for (const word of words) {
    const next = ways.flatMap((way) => spellingsOfWord(tokenizer, word).map((pieces) => [...way, ...pieces]));
    ways = next.toSorted((a, b) => a.length - b.length).slice(0, spellingsMax);
  }
  return ways;
}

/** Every split of a word into pieces of the vocabulary, the fewest pieces first. */
function spellingsOfWord(tokenizer: BlipTokenizer, word: string): number[][] {
  const whole: number[][] = [];
  let open: { end: number; ids: number[] }[] = [{ end: 0, ids: [] }];
  while (open.length > 0 && whole.length < spellingsMax) {
    const longer = open.flatMap(({ end, ids }) =>
      piecesAt(tokenizer, word, end).map((next) => ({ ...next, ids: [...ids, next.id] })),
    );
    whole.push(...longer.filter(({ end }) => end === word.length).map(({ ids }) => ids));
    open = longer.filter(({ end }) => end < word.length).slice(0, beginningsMax);
  }
  return whole.slice(0, spellingsMax);
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
