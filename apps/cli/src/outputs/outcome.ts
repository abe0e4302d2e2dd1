import type { components } from '@blipq/client';

type Schemas = components['schemas'];
type Common = Pick<Schemas['Caption'], 'model' | 'revision'>;

/** What a model made of an image, as much of the API's resource as outputs need. */
export type ImageOutcome = Common &
  Partial<
    Pick<Schemas['Caption'], 'id' | 'caption' | 'match'> &
      Pick<Schemas['Answer'], 'answers'> &
      Pick<Schemas['Match'], 'matches'>
  >;

/** The text for a sidecar or a line: the caption, or its alternative text if asked for; the answers; the text that fits best. */
export function textOf({ caption, answers, matches }: ImageOutcome): string {
  if (answers) return answers.map(({ text }) => text).join(', ');
  if (matches) return matches.reduce((best, one) => (one.probability > best.probability ? one : best)).text;
  return caption?.alt ?? caption?.text ?? '';
}

/** One line of a JSONL output. `text` is the caption with what the user wants before and behind it. */
export function recordOf(name: string, made: ImageOutcome, text: string): Record<string, unknown> {
  const { caption, answers, matches, match, model, revision } = made;
  return {
    image: name,
    ...(answers && { answers: answers.map(({ question, text, score }) => ({ question, answer: text, score })) }),
    ...(matches && { matches }),
    ...(caption && {
      caption: text,
      score: caption.score,
      ...(caption.low_confidence && { low_confidence: true }),
    }),
    ...(match && { match: { probability: match.probability, similarity: match.similarity } }),
    model,
    revision,
  };
}

/** What is asked about every image, which makes the columns of a CSV output. */
export interface Columns {
  questions: readonly string[];
  texts: readonly string[];
  /** Whether captions come with how well they fit. */
  match: boolean;
}

export function csvHeaderOf({ questions, texts, match }: Columns): string[] {
  const asked = questions.length > 0 ? questions : texts.length > 0 ? texts : ['caption', ...(match ? ['match'] : [])];
  return ['image', ...asked, 'model', 'revision'];
}

/** One row of a CSV output, under `csvHeaderOf`. */
export function csvRowOf(name: string, made: ImageOutcome, text: string): string[] {
  const { answers, matches, match, model, revision } = made;
  const values = answers
    ? answers.map((one) => one.text)
    : matches
      ? matches.map(({ probability }) => probability.toFixed(4))
      : [text, ...(match ? [match.probability.toFixed(4)] : [])];
  return [name, ...values, model, revision];
}
