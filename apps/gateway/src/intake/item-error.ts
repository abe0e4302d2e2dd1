import { type BatchItem, type BlipqError, cutText } from '@blipq/contracts';

type ItemError = NonNullable<BatchItem['error']>;

/** Errors of all items of a batch take this many characters together, and each at least `charsMin`. */
const batchCharsMax = 32_768;
const charsMin = 200;
const charsMax = 2000;

/**
 * Why an item of a batch was refused, as it is stored with the batch. What it says may come from the request: it is cut to
 * the item's share of what all items of a batch may take, so that refused items take no more of Redis than taken ones.
 */
export function itemErrorOf({ code, detail, retryable, errors = [] }: BlipqError, itemsInBatch: number): ItemError {
  const share = Math.min(Math.max(Math.floor(batchCharsMax / itemsInBatch), charsMin), charsMax);
  const error: ItemError = { code, detail: cut(detail, share / 2), retryable };
  let chars = error.detail.length;
  const kept: { field: string; message: string }[] = [];
  for (const { field, message } of errors) {
    const short = { field: cut(field, 64), message: cut(message, share / 4) };
    chars += short.field.length + short.message.length;
    if (chars > share) break;
    kept.push(short);
  }
  return kept.length > 0 ? { ...error, errors: kept } : error;
}

function cut(text: string, charsMax: number): string {
  const short = text.length <= charsMax ? text : `${cutText(text, charsMax - 1)}…`;
  // Half a character is none that could be stored.
  return short.toWellFormed();
}
