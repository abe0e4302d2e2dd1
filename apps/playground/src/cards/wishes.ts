import type { components, Kind } from '@blipq/client';

type Schemas = components['schemas'];
export type Params = NonNullable<Schemas['CaptionRequest']['params']>;

/** What is asked about an image, as the API takes it: only what differs from its defaults. */
export interface CardRequest {
  model?: string;
  prompt?: string;
  match?: boolean;
  questions?: string[];
  texts?: string[];
  params?: Params;
}

/** The form, as it is filled in. */
export interface Wishes {
  model: string;
  prompt: string;
  questions: string;
  texts: string;
  beams: number;
  candidates: number;
  sample: boolean;
  temperature: string;
  topK: string;
  topP: string;
  seed: string;
  length: string;
  badWords: string;
  alt: boolean;
  match: boolean;
}

export const noWishes: Wishes = {
  ...{ model: '', prompt: '', questions: '', texts: '', length: '', badWords: '' },
  ...{ beams: 1, candidates: 1, alt: false, match: false },
  ...{ sample: false, temperature: '', topK: '', topP: '', seed: '' },
};

/** A text area's lines, or a field's parts between commas, without those that are blank. */
function partsOf(text: string, separator: RegExp): string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
export const linesOf = (text: string) => partsOf(text, /\n/);

/** The number in a field; absent where it is blank. What is no number goes to the server as it is, which says so. */
function numberIn<Name extends string>(name: Name, text: string): { [N in Name]?: number } {
  if (text.trim() === '') return {};
  return { [name]: Number.isNaN(Number(text)) ? text : Number(text) } as { [N in Name]?: number };
}

/**
 * The request that a form says.
 *
 * @param models those that can be chosen
 */
export function askedBy(kind: Kind, wishes: Wishes, models: readonly { id: string }[]): CardRequest {
  const { model, prompt, questions, texts, match } = wishes;
  return {
    ...(models.some(({ id }) => id === model) && { model }),
    ...(kind === 'captions' && prompt.trim() && { prompt: prompt.trim() }),
    ...(kind === 'captions' && match && { match }),
    ...(kind === 'answers' && { questions: linesOf(questions) }),
    ...(kind === 'matches' && { texts: linesOf(texts) }),
    ...(kind !== 'matches' && paramsBy(kind, wishes)),
  };
}

function paramsBy(kind: Kind, wishes: Wishes): { params?: Params } {
  const { beams, candidates, sample, badWords, alt } = wishes;
  const params: Params = {
    ...numberIn('max_new_tokens', wishes.length),
    ...(!sample && beams > 1 && { num_beams: beams }),
    ...(sample && {
      do_sample: true,
      ...numberIn('temperature', wishes.temperature),
      ...numberIn('top_k', wishes.topK),
      ...numberIn('top_p', wishes.topP),
      ...numberIn('seed', wishes.seed),
    }),
    ...(badWords.trim() && { bad_words: partsOf(badWords, /,/) }),
    ...(kind === 'captions' && candidates > 1 && { num_return_sequences: candidates }),
    ...(kind === 'captions' && alt && { format: 'alt' as const }),
  };
  return Object.keys(params).length > 0 ? { params } : {};
}
