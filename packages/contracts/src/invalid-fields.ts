import { cutText } from './cut-text.js';
import { BlipqError, type FieldError } from './problem.js';

/** Errors that one answer lists. A corrected request gets the next ones. */
const errorsMax = 10;
/** The name of a field is the caller's own text, which may be as long as the body. */
const fieldCharsMax = 100;
const messageCharsMax = 500;
const detailCharsMax = 1000;

/** One `invalid_params` problem about all these fields, of which it lists the first few. */
export function invalidFields(errors: Iterable<FieldError>): BlipqError {
  const listed: FieldError[] = [];
  let hasMore = false;
  for (const { field, message } of errors) {
    hasMore = listed.length === errorsMax;
    if (hasMore) break;
    listed.push({ field: cut(field, fieldCharsMax), message: cut(message, messageCharsMax) });
  }
  const sentences = listed.map(({ field, message }) => `${field} ${message}`.trim());
  const detail = [...sentences, ...(hasMore ? ['and more'] : [])].join('; ');
  return new BlipqError('invalid_params', cut(detail, detailCharsMax), { errors: listed });
}

/** One `invalid_params` problem about one field. */
export function invalidField(field: string, message: string): BlipqError {
  return invalidFields([{ field, message }]);
}

function cut(text: string, charsMax: number): string {
  const short = text.length <= charsMax ? text : `${cutText(text, charsMax - 1)}…`;
  // A name may have half a character, which is no UTF-8.
  return short.toWellFormed();
}
