/** What the API says of a caption, an answer or a match, as far as anybody here is interested. */
export interface WorkView {
  id: string;
  state: string;
  version: number;
  attempt: number;
  caption?: { text: string; score: number } | null;
  match?: { probability: number; similarity: number } | null;
  answers?: { question: string; text: string; score: number }[] | null;
  matches?: { text: string; probability: number; similarity: number }[] | null;
  error: { code: string } | null;
}

/** What a model made of an image. */
export interface Result {
  texts: string[];
  /** Of each text, in its order: scores, probabilities, similarities. */
  numbers: number[];
}

/** Rows that run beside others come out a little differently. */
const tolerance = 1e-3;

/** Null while there is none. */
export function resultOf({ caption, match, answers, matches }: WorkView): Result | null {
  if (caption) {
    return { texts: [caption.text], numbers: [caption.score, ...(match ? [match.probability, match.similarity] : [])] };
  }
  if (answers) {
    const texts = answers.map(({ question, text }) => `${question} ${text}`);
    return { texts, numbers: answers.map(({ score }) => score) };
  }
  if (matches) {
    const numbers = matches.flatMap(({ probability, similarity }) => [probability, similarity]);
    return { texts: matches.map(({ text }) => text), numbers };
  }
  return null;
}

export function sameResult(one: Result | null, other: Result | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.texts.length === other.texts.length &&
    one.numbers.length === other.numbers.length &&
    one.texts.every((text, i) => text === other.texts[i]) &&
    one.numbers.every((number, i) => Math.abs(number - other.numbers[i]!) <= tolerance)
  );
}
