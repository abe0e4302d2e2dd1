import type { Card } from './card.js';

/** One image's result under the names that the command's files have. */
function recordsOf({ name, resource }: Card): Record<string, unknown> | undefined {
  if (resource?.state !== 'succeeded') return undefined;
  const { model, revision } = resource;
  if (resource.object === 'caption') {
    const { text, score, confidence, alt } = resource.caption!;
    return { image: name, caption: text, ...(alt !== null && { alt }), score, confidence, model, revision };
  }
  if (resource.object === 'answer') {
    const answers = resource.answers!.map(({ question, text, score, confidence }) => ({
      question,
      answer: text,
      score,
      confidence,
    }));
    return { image: name, answers, model, revision };
  }
  return { image: name, matches: resource.matches!, model, revision };
}

const recordsIn = (cards: Card[]) => cards.map(recordsOf).filter((record) => record !== undefined);

/** A line of JSON for each card that has a result. */
export function jsonLines(cards: Card[]): string {
  return recordsIn(cards)
    .map((record) => `${JSON.stringify(record)}\n`)
    .join('');
}

/** RFC 4180, a row for each caption, answer or match. */
export function csvRows(cards: Card[]): string {
  const rows = recordsIn(cards).flatMap(({ answers, matches, model, revision, ...rest }) => {
    const parts = (answers ?? matches ?? [{}]) as Record<string, unknown>[];
    return parts.map((part): Record<string, unknown> => ({ ...rest, ...part, model, revision }));
  });
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))];
  return lines.map((line) => `${line.map(cell).join(',')}\r\n`).join('');
}

/** Spreadsheets would run a text that begins like a formula. */
function cell(value: unknown): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Hands a text to the browser as a download. */
export function download(name: string, type: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
