import { BlipqError, type FieldError, requestedParams } from '@blipq/contracts';
import {
  type CaptionOptions,
  type CaptionRequest,
  captionFields,
  invalidFields,
  parseFields,
} from './caption-request.js';
import type { FilePolicy, Upload } from './upload.js';
import { invalidField } from './upload.js';

/** One file, in the field `image`; the text fields must not come as files. */
export const oneImage: FilePolicy = (field, acceptedBefore) => {
  if (field in captionFields.shape) return invalidField(field, 'must be a text field, not a file');
  if (field !== 'image') return invalidField(field, 'is not a field of this form');
  return acceptedBefore === 0 ? 'accept' : invalidField(field, 'was sent more than once');
};

/** @throws BlipqError `missing_image`, or `invalid_params` with every field that is wrong */
export function readCaptionForm({ files, fields }: Upload): CaptionRequest {
  const options = readCaptionFields([...fields].filter(([field]) => field !== 'image'));
  const image = files[0]?.bytes;
  if (image === undefined) throw missingImage(fields.has('image'));
  return { image, ...options };
}

/**
 * Reads what is said about a caption from texts: form fields or a query.
 *
 * @throws BlipqError `invalid_params` with every field that is wrong
 */
export function readCaptionFields(texts: [field: string, values: string[]][]): CaptionOptions {
  const errors: FieldError[] = texts
    .filter(([, values]) => values.length > 1)
    .map(([field]) => ({ field, message: 'was sent more than once' }));
  if (errors.length > 0) throw invalidFields(errors);
  const read = texts.map(([field, [text]]) => [field, spelled(field, text!)]);
  const { prompt, model, metadata, timeout_s, webhook, ...params } = parseFields(
    captionFields,
    Object.fromEntries(read),
  );
  return {
    params,
    ...(prompt != null && { prompt }),
    ...(model !== undefined && { model }),
    ...(metadata && { metadata }),
    ...(timeout_s !== undefined && { timeout_s }),
    ...(webhook && { webhook }),
  };
}

/** A text as the value that it spells; one that spells none stays a text, for the schema to judge. */
function spelled(field: string, text: string): unknown {
  if (field === 'metadata') return jsonOf(text);
  // A URL alone will do.
  if (field === 'webhook') return text.startsWith('{') ? jsonOf(text) : { url: text };
  if (!(field in requestedParams.shape) && field !== 'timeout_s') return text;
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
