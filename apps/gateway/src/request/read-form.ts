import { BlipqError, type FieldError, requestedParams, type Task } from '@blipq/contracts';
import type { z } from 'zod';
import { invalidFields, parseFields } from './caption-request.js';
import type { FilePolicy, Upload } from './read-upload.js';
import { invalidField } from './read-upload.js';
import { type RequestOf, requestSchemas } from './work-request.js';

/** One file, in the field `image`; the text fields must not come as files. */
export function oneImage(task: Task): FilePolicy {
  return (field, acceptedBefore) => {
    if (field in requestSchemas[task].fields.shape) return invalidField(field, 'must be a text field, not a file');
    if (field !== 'image') return invalidField(field, 'is not a field of this form; the image goes into image');
    return acceptedBefore === 0 ? 'accept' : invalidField(field, 'was sent more than once');
  };
}

/** @throws BlipqError `missing_image`, or `invalid_params` with every field that is wrong */
export function readForm<T extends Task>(task: T, { files, fields }: Upload): RequestOf[T] {
  const options = readFields(
    task,
    [...fields].filter(([field]) => field !== 'image'),
  );
  const image = files[0]?.bytes;
  if (image === undefined) throw missingImage(fields.has('image'));
  return { ...options, image } as unknown as RequestOf[T];
}

/**
 * Reads what is asked about an image from texts: form fields or a query.
 *
 * @throws BlipqError `invalid_params` with every field that is wrong
 */
export function readFields<T extends Task>(
  task: T,
  texts: [field: string, values: string[]][],
): Omit<RequestOf[T], 'image'> {
  const { fields, lists }: { fields: z.ZodObject; lists: readonly string[] } = requestSchemas[task];
  const errors: FieldError[] = texts
    .filter(([field, values]) => values.length > 1 && !lists.includes(field))
    .map(([field]) => ({ field, message: 'was sent more than once' }));
  if (errors.length > 0) throw invalidFields(errors);
  const read = texts.map(([field, values]) => [field, lists.includes(field) ? values : spelled(field, values[0]!)]);
  const given = Object.entries(parseFields(fields, Object.fromEntries(read))).filter(([, value]) => value != null);
  const isParam = ([field]: [string, unknown]) => field in requestedParams.shape;
  const params = Object.fromEntries(given.filter(isParam));
  return { params, ...Object.fromEntries(given.filter((entry) => !isParam(entry))) } as unknown as RequestOf[T];
}

/** A text as the value that it spells; one that spells none stays a text, for the schema to judge. */
function spelled(field: string, text: string): unknown {
  if (field === 'metadata') return jsonOf(text);
  // A URL alone will do.
  if (field === 'webhook') return text.startsWith('{') ? jsonOf(text) : { url: text };
  if (!(field in requestedParams.shape) && field !== 'timeout_s' && field !== 'match') return text;
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  // Numbers in their usual spelling only: not 1e3, 0x10, 007, or with blanks around.
  return Number.isFinite(number) && String(number) === text ? number : text;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function missingImage(sentAsText: boolean): BlipqError {
  const detail = sentAsText
    ? 'The field image is text; send it as a file, with a filename.'
    : 'Send the image in the file field image.';
  return new BlipqError('missing_image', detail, { errors: [{ field: 'image', message: 'is required' }] });
}
