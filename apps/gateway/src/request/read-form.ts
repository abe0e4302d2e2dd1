import { BlipqError, invalidField, type RequestOf, requestSchemas, type Task } from '@blipq/contracts';
import { readFields } from './read-fields.js';
import type { FilePart, FilePolicy, Upload } from './read-upload.js';

/** One file, in the field `image`; the text fields must not come as files. */
export function oneImage(task: Task): FilePolicy {
  return (part, acceptedBefore) => {
    const { field } = part;
    if (requestSchemas[task].fieldNames.includes(field)) return textPart(part);
    if (field !== 'image') return invalidField(field, 'is not a field of this form; the image goes into image');
    return acceptedBefore === 0 ? 'accept' : invalidField(field, 'was sent more than once');
  };
}

/** Generated clients send objects as JSON blobs, which have a filename; other texts must not come as files. */
export function textPart({ field, type, filename }: FilePart): 'text' | BlipqError {
  if (filename === undefined || type === 'application/json') return 'text';
  return invalidField(field, 'must be a text field, not a file');
}

/** @throws BlipqError `missing_image`, or `invalid_params` with every field that is wrong */
export function readForm<T extends Task>(task: T, { files, fields }: Upload): RequestOf<T> {
  const options = readFields(
    task,
    [...fields].filter(([field]) => field !== 'image'),
  );
  const image = files[0]?.bytes;
  if (image === undefined) throw missingImage(fields.has('image'));
  return { ...options, image };
}

function missingImage(sentAsText: boolean): BlipqError {
  const detail = sentAsText
    ? 'The field image is text; send it as a file, with a filename.'
    : 'Send the image in the file field image.';
  return new BlipqError('missing_image', detail, { errors: [{ field: 'image', message: 'is required' }] });
}
