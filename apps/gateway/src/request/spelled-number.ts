/**
 * The number that a text spells in decimal, as programs write it: 5, 1.0, .8, 1e-3. Any other text stays a text, which a
 * schema may refuse.
 */
export function spelledNumber(text: unknown): unknown {
  if (typeof text !== 'string' || !/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return text;
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}
