import { z } from 'zod';

export const returnSequencesMax = 8;
export const badWordsMax = 64;
const badWordCharsMax = 64;
const wordsMax = 512;
const charsMax = 10_000;

const badWord = z
  .string()
  .max(badWordCharsMax)
  .refine((text) => text.trim() !== '', 'is empty: it leaves nothing to ban');

/** Texts that may not occur; also what `BLIPQ_BAD_WORDS` is. */
export const badWords = z.array(badWord).max(badWordsMax);

/** Requirements of a caption, and the facts reported about it. Absent: none. */
export const textParams = {
  num_return_sequences: z.int().min(1).max(returnSequencesMax).optional().meta({
    description:
      'How many captions to make, as samples or of the best beams; all are in `captions`, the best is `caption`.',
  }),
  bad_words: badWords.optional().meta({
    description:
      'Words and phrases that may not occur, in any case. In a form or query: repeated, or with commas between.',
    examples: [['arafed', 'a picture of']],
  }),
  min_words: z
    .int()
    .min(0)
    .max(wordsMax)
    .optional()
    .meta({ description: 'The text does not end before it has that many words.' }),
  max_chars: z.int().min(1).max(charsMax).optional().meta({
    description:
      'Characters that the text, or the alternative text, may have: it ends at the last whole word that fits.',
  }),
  suppress_prompt: z.boolean().optional().meta({ description: 'Leaves the prompt out of the text.' }),
  format: z.enum(['text', 'alt']).optional().meta({
    description: '`alt` adds the caption as alternative text for the image: a sentence without "a picture of".',
  }),
  min_confidence: z.number().min(0).max(1).optional().meta({
    description: 'Captions of less confidence are marked `low_confidence`. Default: the value of the model’s card.',
  }),
};

/** Of those, what only a caption can be asked for. */
export const captionOnlyParams = ['num_return_sequences', 'suppress_prompt', 'format'] as const;
