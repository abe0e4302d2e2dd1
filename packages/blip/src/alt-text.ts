/** One way in which a caption is not yet alternative text, and what is put instead. */
export interface AltRule {
  readonly name: string;
  readonly pattern: RegExp;
  readonly put: string | ((match: string, ...groups: string[]) => string);
}

const word = "[\\p{L}\\p{N}'’-]";

/** What says that there is a picture instead of saying what is in it. BLIP-large begins many captions with "arafed". */
const openings = [
  "there(?: is|’s|'s| are) ",
  "(?:this is|that is|that's|here is|here's|here are|these are|those are|it is|it's) (?=(?:an?|the|my|two|three|several|some|many) )",
  '(?:(?:an?|the) )?(?:close[- ]?up |blurry |stock )?(?:picture|photo|photograph|image|pic|snapshot)s? (?:taken )?(?:of|showing|that shows|depicting) ',
  '(?:(?:an?|the) )?close[- ]?up (?:shot |view )?of ',
  '(?:an? )?araff?(?:e|ed)? ',
].join('|');

/** Words that are doubled on purpose. */
const doubled = new Set(
  'again bye cha choo chow cous dik down go ha ho hula knock mahi more no on over paw ping pom round so tom through tuk up very yo yum'.split(
    ' ',
  ),
);

/** Words that lead to another, which a caption that was cut short may end with. */
const leading = 'an?|the|and|or|of|with|his|its|their|is|are|to|from|for';
const between = 'in|on|at|by|into|next|front|top|behind|under|over|near|that|who|which';

/**
 * The rules, from the first to the last, each applied until nothing more fits. In order: what the tokenizer's blanks
 * tear apart; openings; what is said twice; ends that were cut short; the sentence.
 */
export const altRules: readonly AltRule[] = [
  { name: 'blanks', pattern: /\s{2,}|[\t\n\r]/gu, put: ' ' },
  { name: 'contractions', pattern: /(\p{L}) ?(['’]) ?(s|t|re|ve|ll|d|m)(?![\p{L}\p{N}])/giu, put: '$1$2$3' },
  { name: 'quotations', pattern: /(^| )(["']) ([^"']+?) \2(?![\p{L}\p{N}])/gu, put: '$1$2$3$2' },
  { name: 'possessives of plurals', pattern: /(?<=\p{L}s) (['’]) (?=\p{L})/gu, put: '$1 ' },
  { name: 'hyphens', pattern: /(?<=[\p{L}\p{N}]) - (?=[\p{L}\p{N}])/gu, put: '-' },
  { name: 'slashes', pattern: /(?<=[\p{L}\p{N}]) \/ (?=[\p{L}\p{N}])/gu, put: '/' },
  { name: 'numbers', pattern: /(?<=\d) ([.,:]) (?=\d)/gu, put: '$1' },
  { name: 'signs after numbers', pattern: /(?<=\d) (?=[%°])/gu, put: '' },
  { name: 'signs before numbers', pattern: /(?<=[$€£#]) (?=\d)/gu, put: '' },
  { name: 'brackets', pattern: /(?<=[([]) | (?=[)\]])/gu, put: '' },
  { name: 'marks', pattern: / (?=[.,!?;:])/gu, put: '' },
  { name: 'openings', pattern: new RegExp(`^(?:${openings})(?=.*\\p{L})`, 'iu'), put: '' },
  {
    name: 'repetitions',
    pattern: new RegExp(
      `(?<!${word})(?=${word}*\\p{L})(${word}+(?: ${word}+){0,7}?)(?:(?:,? and|,? or|,)? \\1)+(?!${word})`,
      'giu',
    ),
    put: (match, phrase) => (doubled.has(phrase!.toLowerCase()) ? match : phrase!),
  },
  {
    name: 'unfinished ends',
    pattern: new RegExp(`(?<=\\p{L}.*)(?: (?:${between}|${leading}))* (?:${leading})$`, 'iu'),
    put: '',
  },
  {
    name: 'capital',
    pattern: /^([^\p{L}\p{N}]*)(\p{Ll})/u,
    put: (_, before, letter) => before + letter!.toUpperCase(),
  },
  { name: 'full stop', pattern: /(?<=[\p{L}\p{N}][^.!?…]*)[\s,;:-]*(?<![.!?…]["'’)\]]*)$/u, put: '.' },
];

/**
 * A caption as alternative text for an image: a sentence with its capital and full stop, without "a picture of",
 * repeated words or the tokenizer's blanks. Text without a letter or digit stays as it is.
 */
export function altText(text: string): string {
  return altRules.reduce(apply, text.trim());
}

function apply(text: string, { pattern, put }: AltRule): string {
  // Each rule but the last two shortens the text, so that this ends.
  for (;;) {
    const next = text.replace(pattern, put as string).trim();
    if (next === text) return text;
    text = next;
  }
}
