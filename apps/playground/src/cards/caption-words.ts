/** A token as the API tells it. */
export interface ToldToken {
  id: number;
  logprob: number;
  /** As the vocabulary has it: `##ing` goes on with a word. */
  text?: string;
}

/** A stretch of a text, and the token that it came from, if the model made it. */
export interface TextPart {
  text: string;
  token?: ToldToken;
}

/**
 * A text in parts, those at its end with the tokens that they were generated as. A text that was tidied (`it ' s` → `it's`)
 * is shown token by token all the same, blanks aside; where that fails, it is one part.
 */
export function textParts(text: string, tokens: readonly ToldToken[]): TextPart[] {
  const parts: TextPart[] = [];
  let rest = text;
  for (const token of tokens.toReversed()) {
    if (token.text === undefined) return [{ text }];
    if (/^\[.*\]$/.test(token.text)) continue;
    const piece = token.text.replace(/^##/, '');
    const kept = rest.trimEnd();
    if (kept === '') break;
    if (!kept.endsWith(piece)) return [{ text }];
    if (kept.length < rest.length) parts.unshift({ text: rest.slice(kept.length) });
    parts.unshift({ text: piece, token });
    rest = kept.slice(0, kept.length - piece.length);
  }
  return rest === '' ? parts : [{ text: rest }, ...parts];
}

/** A probability as people read it. */
export function percent(probability: number): string {
  const value = 100 * probability;
  return value > 99 && value < 100 ? '> 99 %' : value < 1 && value > 0 ? '< 1 %' : `${Math.round(value)} %`;
}
