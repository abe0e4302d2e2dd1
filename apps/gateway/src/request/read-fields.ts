import {
  type AsksOf,
  type FieldError,
  invalidFields,
  parseFields,
  requestedParams,
  requestSchemas,
  type Task,
} from '@blipq/contracts';
import { spelledNumber } from './spelled-number.js';

/**
 * Reads the options of a request from texts: form fields or a query.
 *
 * @throws BlipqError `invalid_params` with every field that is wrong
 */
export function readFields<T extends Task>(task: T, texts: [field: string, values: string[]][]): AsksOf[T] {
  const { fields, lists } = requestSchemas[task];
  const errors: FieldError[] = texts
    .filter(([field, values]) => values.length > 1 && !lists.includes(field))
    .map(([field]) => ({ field, message: 'was sent more than once' }));
  if (errors.length > 0) throw invalidFields(errors);
  const spelled = texts.map(([field, values]) => [
    field,
    lists.includes(field) ? listOf(field, values) : spelledBy(field, values[0]!),
  ]);
  return parseFields(fields, Object.fromEntries(spelled));
}

/** Bad words may also come with commas between them; an empty text is none. */
function listOf(field: string, values: string[]): string[] {
  if (field !== 'bad_words') return values;
  return values.flatMap((value) => value.split(',')).filter((text) => text.trim() !== '');
}

/** The value that a text spells. A text that spells none stays a text, which the schema may refuse. */
function spelledBy(field: string, text: string): unknown {
  if (field === 'metadata') return jsonOf(text);
  // A URL alone is enough.
  if (field === 'webhook') return text.startsWith('{') ? jsonOf(text) : { url: text };
  if (!Object.hasOwn(requestedParams.shape, field) && field !== 'timeout_s' && field !== 'match') return text;
  if (text === 'true' || text === 'false') return text === 'true';
  return spelledNumber(text);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
