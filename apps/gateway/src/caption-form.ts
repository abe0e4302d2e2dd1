import { BlipqError, type FieldError } from '@blipq/contracts';
import { z } from 'zod';
import type { CaptionRequest } from './caption-intake.js';
import type { FilePolicy, Upload } from './upload.js';
import { invalidField } from './upload.js';

/** A whole number in decimal digits. How large it may be depends on the model and is checked with it. */
const wholeNumber = (least: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number of at least ${least}`)
    .transform(Number)
    .refine((value) => value >= least, `must be at least ${least}`);

/** The text fields of `POST /v1/captions` as multipart. */
export const captionForm = z.strictObject({
  // Bytes that are not UTF-8 were decoded to U+FFFD, which no one writes on purpose.
  prompt: z
    .string()
    .refine((text) => !text.includes('\uFFFD'), 'is not valid UTF-8')
    .optional(),
  max_new_tokens: wholeNumber(1).optional(),
  min_new_tokens: wholeNumber(0).optional(),
});

/** One file, in the field `image`; the text fields must not come as files. */
export const oneImage: FilePolicy = (field, acceptedBefore) => {
  if (field in captionForm.shape) return invalidField(field, 'must be a text field, not a file');
  if (field !== 'image') return invalidField(field, 'is not a field of this form');
  return acceptedBefore === 0 ? 'accept' : invalidField(field, 'was sent more than once');
};

/** @throws BlipqError `missing_image`, or `invalid_params` with every field that is wrong */
export function readCaptionForm({ files, fields }: Upload): CaptionRequest {
  const texts = [...fields].filter(([field]) => field !== 'image');
  const errors: FieldError[] = texts
    .filter(([, values]) => values.length > 1)
    .map(([field]) => ({ field, message: 'was sent more than once' }));
  const form = captionForm.safeParse(Object.fromEntries(texts.map(([field, [value]]) => [field, value])));
  if (!form.success) errors.push(...form.error.issues.flatMap(fieldErrors));
  if (errors.length > 0 || !form.success) {
    const detail = errors.map(({ field, message }) => `${field} ${message}`).join('; ');
    throw new BlipqError('invalid_params', detail, { errors });
  }
  const image = files[0]?.bytes;
  if (image === undefined) throw missingImage(fields.has('image'));
  const { prompt = null, ...params } = form.data;
  return { image, prompt, params };
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code !== 'unrecognized_keys') return [{ field: String(issue.path[0]), message: issue.message }];
  return issue.keys.map((field) => ({ field, message: 'is not a field of this form' }));
}

function missingImage(sentAsText: boolean): BlipqError {
  const detail = sentAsText
    ? 'The field image is text; send it as a file, with a filename.'
    : 'Send the image in the file field image.';
  return new BlipqError('missing_image', detail, { errors: [{ field: 'image', message: 'is required' }] });
}
