import { BlipqError, type CaptionRequest, invalidField } from '@blipq/contracts';
import type { Request, Response } from 'express';
import { mediaTypeOf } from '../request/media-type.js';
import { readBody } from '../request/read-body.js';
import { type FilePolicy, readUpload, type Upload } from '../request/read-upload.js';

/** BentoBlip's first and second spelling of its parameters. */
const imageFields = ['img', 'image'];
const textFields = ['txt', 'text'];

/** A text of 16 KiB and a URL of 8 KiB, every byte of them percent-encoded. */
const urlFormBytesMax = 72 * 1024;

/**
 * Reads what BentoML's clients send: a multipart form, or, when the image is given by its URL, an urlencoded one.
 *
 * @throws BlipqError `missing_image`, `invalid_params`, and whatever reading a form can throw
 */
export async function readBentomlForm(req: Request, res: Response): Promise<CaptionRequest> {
  const { files, fields } = await readForm(req, res);
  const image = files[0]?.bytes ?? { url: imageUrl(fields) };
  return { image, prompt: readPrompt(fields) };
}

async function readForm(req: Request, res: Response): Promise<Upload> {
  if (mediaTypeOf(req) === 'application/x-www-form-urlencoded') {
    const form = new URLSearchParams((await readBody(req, res, urlFormBytesMax)).toString());
    return { files: [], fields: new Map([...new Set(form.keys())].map((field) => [field, form.getAll(field)])) };
  }
  return await readUpload(req, res, firstImage).catch(wrongTypeIsNoImage);
}

/** The first image wins, and a text may come as a file; everything else is read over, as BentoML does. */
const firstImage: FilePolicy = ({ field, type, filename }, acceptedBefore) => {
  if (textFields.includes(field)) return 'text';
  if (!imageFields.includes(field)) return 'skip';
  // An image's URL as JSON, or with a type of text, is a text.
  if (filename === undefined && /^(text\/|application\/json$)/.test(type)) return 'text';
  return acceptedBefore === 0 ? 'accept' : 'skip';
};

/** To BentoML a body that is no form is a form without its field. */
function wrongTypeIsNoImage(error: unknown): never {
  const notAForm = error instanceof BlipqError && error.code === 'unsupported_media_type';
  throw notAForm ? new BlipqError('missing_image', error.detail) : error;
}

function imageUrl(fields: Upload['fields']): string {
  const field = imageFields.find((name) => fields.has(name));
  if (field === undefined) throw new BlipqError('missing_image', 'Send the image in the file field img.');
  const text = readText(field, fields.get(field)![0]!) ?? '';
  if (!/^https?:\/\//i.test(text)) throw invalidField(field, 'Input should be a file or an http(s) URL');
  return text;
}

function readPrompt(fields: Upload['fields']): string | null {
  const field = textFields.find((name) => fields.has(name));
  return field === undefined ? null : readText(field, fields.get(field)![0]!);
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
  if (typeof value === 'string' && !value.isWellFormed()) throw invalidField(field, 'has half a character');
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'object') throw invalidField(field, 'Input should be a valid string');
  return raw;
}
