import { BlipqError } from '@blipq/contracts';
import type { CaptionRequest } from './caption-intake.js';
import { type FilePolicy, invalidField, type Upload } from './upload.js';

/** BentoBlip's first and second spelling of its parameters. */
const imageFields = ['img', 'image'];
const textFields = ['txt', 'text'];

/** The first image wins; everything else is read over, as BentoML does. */
export const firstImage: FilePolicy = (field, acceptedBefore) =>
  acceptedBefore === 0 && imageFields.includes(field) ? 'accept' : 'skip';

/** @throws BlipqError `missing_image`, or `invalid_params` for a text that is not text */
export function readBentomlForm({ files, fields }: Upload): CaptionRequest {
  const image = files[0]?.bytes;
  if (image === undefined) throw new BlipqError('missing_image', 'Send the image in the file field img.');
  const field = textFields.find((name) => fields.has(name));
  const prompt = field === undefined ? null : readText(field, fields.get(field)![0]!);
  return { image, prompt, params: {} };
}

/**
 * BentoML's clients JSON-encode text (`"hi"`, `null`), people with curl do not. A number or a truth value is taken as
 * the text it was written as; only a JSON object or array is refused.
 */
function readText(field: string, raw: string): string | null {
  if (raw.includes('\uFFFD')) throw invalidField(field, 'is not valid UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    return raw;
  }
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'object') throw invalidField(field, 'Input should be a valid string');
  return raw;
}
