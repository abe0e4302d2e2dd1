import { altText } from './alt-text.js';
import type { DecoderRow, Generated } from './generation.js';
import { beginsWord } from './token-table.js';
import type { BlipTokenizer } from './tokenizer.js';

/** What was generated, also as text. */
export interface GeneratedText extends Generated {
  /** Special tokens left out, and the prompt where that was asked for. */
  readonly text: string;
  /** The geometric mean of the generated tokens' probabilities: 0 to 1; 0 where there are none. */
  readonly confidence: number;
  /** The generated tokens as the vocabulary has them ("##ing"); "" for ids outside it. */
  readonly tokenPieces?: readonly string[];
  /** See altText; where `format` is 'alt'. */
  readonly alt?: string;
}

/**
 * The text of a row's sequence. One that is longer than `maxChars` ends at the last whole word that fits, tokens and text
 * alike, which may leave nothing; what is measured is the alternative text where that was asked for. The score stays
 * that of the whole sequence.
 */
export function generatedText(tokenizer: BlipTokenizer, row: DecoderRow, generated: Generated): GeneratedText {
  const { maxChars } = row.params;
  const whole = shown(tokenizer, row, generated, generated.tokenLogprobs.length);
  if (maxChars === undefined || charsOf(whole) <= maxChars) return whole;
  const pieces = generated.tokenIds.slice(row.prompt.length).map((id) => tokenizer.pieceOf(id));
  for (let length = pieces.length - 1; length > 0; length--) {
    if (!isBoundary(pieces, length)) continue;
    const cut = shown(tokenizer, row, generated, length);
    if (charsOf(cut) <= maxChars) return cut;
  }
  return shown(tokenizer, row, generated, 0);
}

/** Characters in code points: what people count, but for those that are made of several. */
function charsOf({ text, alt = text }: Pick<GeneratedText, 'text' | 'alt'>): number {
  return [...alt].length;
}

/** Whether a text may end before piece `at`: behind a whole word or the end of a sentence, not within "it ' s". */
function isBoundary(pieces: readonly (string | undefined)[], at: number): boolean {
  const [last, next] = [pieces[at - 1], pieces[at]];
  if (next?.startsWith('##') || /^['’-]$/.test(next ?? '')) return false;
  if (/^['’-]$/.test(pieces[at - 2] ?? '') && /^(s|t|re|ve|ll|d|m)$/.test(last ?? '')) return true;
  return beginsWord(last) || last?.startsWith('##') === true || /^[.!?]$/.test(last ?? '');
}

function shown(tokenizer: BlipTokenizer, row: DecoderRow, generated: Generated, length: number): GeneratedText {
  const { prompt, params } = row;
  const tokenIds = generated.tokenIds.slice(0, prompt.length + length);
  const tokenLogprobs = generated.tokenLogprobs.slice(0, length);
  const all = tokenizer.decode(tokenIds);
  const text = params.suppressPrompt ? all.slice(tokenizer.decode(prompt).length).trim() : all;
  const mean = tokenLogprobs.reduce((sum, logprob) => sum + logprob, 0) / length;
  return {
    text,
    ...(params.format === 'alt' && { alt: altText(text) }),
    confidence: length === 0 ? 0 : Math.min(Math.exp(mean), 1),
    tokenIds,
    tokenLogprobs,
    tokenPieces: tokenIds.slice(prompt.length).map((id) => tokenizer.pieceOf(id) ?? ''),
    score: generated.score,
  };
}
