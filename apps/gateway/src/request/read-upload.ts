import { BlipqError, imageBytesMax, invalidField } from '@blipq/contracts';
import type { Request, Response } from 'express';
import multer, { MulterError } from 'multer';
import { bodyBytesMax } from './body-bytes-max.js';
import { refuseEncoded } from './read-body.js';

/** A prompt that fills 512 positions is a few KiB; a text field beyond this is a mistake or an attack. */
const fieldBytesMax = 16 * 1024;

/** A multipart form as it was sent: the accepted files, and the text fields with every value that each was given. */
export interface Upload {
  files: { field: string; bytes: Buffer }[];
  fields: Map<string, string[]>;
}

/** Decides, before any byte of a file part is read, whether to keep the part, to skip it, or to fail. */
export type FilePolicy = (field: string, acceptedBefore: number) => 'accept' | 'skip' | BlipqError;

/**
 * Reads a multipart/form-data body into memory, within limits that hold while it streams.
 *
 * @throws BlipqError `unsupported_media_type` (not multipart), `malformed_multipart`, `image_too_large`,
 *   `invalid_params` (a field too long, too many fields, not UTF-8), or the error that the policy returned
 */
export async function readUpload(req: Request, res: Response, policy: FilePolicy): Promise<Upload> {
  requireMultipart(req);
  let accepted = 0;
  const parse = multer({
    storage: multer.memoryStorage(),
    limits: { fileSize: imageBytesMax, fieldSize: fieldBytesMax, fieldNameSize: 100, parts: 128 },
    fileFilter: (_req, file, done) => {
      const verdict = policy(file.fieldname, accepted);
      if (verdict instanceof BlipqError) return done(verdict);
      if (verdict === 'accept') accepted += 1;
      done(null, verdict === 'accept');
    },
  }).any();
  await new Promise<void>((resolve, reject) => {
    endTooLongBody(req, res, reject);
    parse(req, res, (error: unknown) => (error ? reject(uploadError(error)) : resolve()));
  });
  // multer ignores a body whose Content-Type it cannot parse.
  if (req.body === undefined) throw new BlipqError('malformed_multipart', 'The Content-Type cannot be read.');
  const files = (req.files as Express.Multer.File[] | undefined) ?? [];
  // Otherwise the request would hold them until it is answered.
  req.files = [];
  return { files: files.map((file) => ({ field: file.fieldname, bytes: file.buffer })), fields: textFields(req.body) };
}

function requireMultipart(req: Request): void {
  if (!/^multipart\/form-data\s*(;|$)/i.test(req.get('content-type') ?? '')) {
    throw new BlipqError('unsupported_media_type', 'Send the image as a file field of a multipart/form-data body.');
  }
  refuseEncoded(req);
}

function endTooLongBody(req: Request, res: Response, reject: (error: BlipqError) => void): void {
  const end = () => {
    if (!res.headersSent) res.setHeader('Connection', 'close');
    reject(new BlipqError('image_too_large', `The body is longer than ${bodyBytesMax} bytes.`));
  };
  if (Number(req.get('content-length')) > bodyBytesMax) end();
  let seen = 0;
  req.on('data', (chunk: Buffer) => {
    seen += chunk.length;
    if (seen > bodyBytesMax) end();
  });
}

/** multer's `body` flattened: multer turns a field `a[b]` into an object, and no field of ours is one. */
function textFields(body: Record<string, unknown>): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === 'string') fields.set(name, [value]);
    else if (Array.isArray(value) && value.every((one) => typeof one === 'string')) fields.set(name, value);
    else for (const key of Object.keys(value as object)) fields.set(`${name}[${key}]`, ['']);
  }
  return fields;
}

function uploadError(error: unknown): unknown {
  if (error instanceof BlipqError) return error;
  if (error instanceof MulterError) return limitError(error);
  // All other errors are busboy's, about the structure of the body; they carry no code.
  return new BlipqError('malformed_multipart', `The multipart body cannot be read: ${(error as Error).message}.`, {
    cause: error,
  });
}

function limitError(error: MulterError): BlipqError {
  if (error.code === 'LIMIT_FILE_SIZE') {
    return new BlipqError('image_too_large', `The image is larger than ${imageBytesMax} bytes.`);
  }
  const field = error.field ?? '';
  const message = {
    LIMIT_FIELD_VALUE: `is longer than ${fieldBytesMax} bytes`,
    LIMIT_PART_COUNT: 'there are too many form fields',
    LIMIT_FIELD_KEY: 'a field name is longer than 100 bytes',
    MISSING_FIELD_NAME: 'a part has no name',
  }[error.code as string];
  return invalidField(field, message ?? error.message);
}
