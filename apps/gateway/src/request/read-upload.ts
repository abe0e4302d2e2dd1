import type { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { BlipqError, imageBytesMax, invalidField } from '@blipq/contracts';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import type { Request, Response } from 'express';
import { GrowingBytes } from './growing-bytes.js';
import { mediaTypeOf } from './media-type.js';
import { refuseEncoded } from './read-body.js';
import { receiveBody } from './receive-body.js';

/** A prompt that fills 512 positions is a few KiB; a text field beyond this is a mistake or an attack. */
const fieldBytesMax = 16 * 1024;
const fieldNameBytesMax = 100;
const fieldsMax = 128;
const boundaryCharsMax = 70;
/** Turns of the event loop without progress after which a parser that has the whole body is taken to be stuck. */
const idleTurnsMax = 10;

/** A multipart form as it was sent: the accepted files, and the text fields with every value that each was given. */
export interface Upload {
  files: UploadedFile[];
  fields: Map<string, string[]>;
}

export interface UploadedFile {
  field: string;
  filename: string | undefined;
  bytes: Buffer;
}

/** A part that may be a file, before its bytes are seen. */
export interface FilePart {
  field: string;
  /** Its media type, without parameters. */
  type: string;
  filename: string | undefined;
}

/** Whether such a part is read as a file or as a text field, read over, or an error. */
export type FilePolicy = (part: FilePart, acceptedBefore: number) => 'accept' | 'text' | 'skip' | BlipqError;

/**
 * Reads a multipart/form-data body into memory, within limits that hold while it streams. A part is a file when it has
 * a filename or the type of a file; RFC 7578 asks for neither. Names of fields are taken as they are: `a[b]` is a name.
 *
 * @throws BlipqError `unsupported_media_type` (not multipart), `malformed_multipart`, `image_too_large`,
 *   `invalid_params` (a field too long, too many fields, not UTF-8), what the policy returned, and what receiving a body
 *   can throw
 */
export async function readUpload(req: Request, res: Response, policy: FilePolicy): Promise<Upload> {
  const form = openForm(req, policy);
  await receiveBody(req, res, (piece) => form.push(piece));
  return await form.end();
}

/** A form that is to be read piece by piece. `filesMax`: files that the policy may see. */
export function openForm(req: Request, policy: FilePolicy, filesMax = 0): FormReader {
  requireMultipart(req);
  return new FormReader(parserOf(req, fieldsMax + filesMax), policy);
}

function requireMultipart(req: Request): void {
  if (mediaTypeOf(req) !== 'multipart/form-data') {
    throw new BlipqError('unsupported_media_type', 'Send the image as a file field of a multipart/form-data body.');
  }
  refuseEncoded(req);
}

function parserOf(req: Request, parts: number): BusboyInstance {
  const boundary = /\bboundary=(?:"([^"]*)"|([^\s;]*))/i.exec(req.get('content-type')!);
  // RFC 2046 allows 70 characters. What searches for it may take steps as its length times the body's.
  if ((boundary?.[1] ?? boundary?.[2] ?? '').length > boundaryCharsMax) throw malformed(new Error('Boundary too long'));
  try {
    return new Busboy({
      headers: { ...req.headers, 'content-type': req.get('content-type')! },
      isPartAFile: (_field, type, filename) => filename !== undefined || !/^text\/plain$/i.test(type ?? 'text/plain'),
      limits: {
        fileSize: imageBytesMax + 1,
        fieldSize: fieldBytesMax,
        fieldNameSize: fieldNameBytesMax,
        parts,
        headerPairs: 32,
        headerSize: 16 * 1024,
      },
    });
  } catch (error) {
    throw malformed(error);
  }
}

/** One form while it arrives. */
export class FormReader {
  readonly #parser: BusboyInstance;
  readonly #policy: FilePolicy;
  readonly #upload: Upload = { files: [], fields: new Map() };
  #hasEnded = false;
  /** Parts that have begun, and those of them that the parser has handed over. */
  #begun = 0;
  #handedOver = 0;
  #accepted = 0;
  #failure: unknown;

  constructor(parser: BusboyInstance, policy: FilePolicy) {
    this.#parser = parser;
    this.#policy = policy;
    parser.once('finish', () => {
      this.#hasEnded = true;
    });
    parser.on('error', (error) => this.#fail(malformed(error)));
    parser.on('file', (field, file, filename, _encoding, type) => {
      this.#handedOver += 1;
      this.#file(field, file, filename, type);
    });
    parser.on('field', (field, text, _nameCut, isCut) => {
      this.#handedOver += 1;
      this.#field(field, text, isCut);
    });
    partsOf(parser).on('part', () => {
      this.#refuseLeftOut();
      this.#begun += 1;
    });
    parser.on('partsLimit', () => this.#fail(invalidField('', 'there are too many form fields')));
  }

  push(piece: Buffer): void {
    if (this.#failure === undefined) this.#parser.write(piece);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** What has arrived. Files that are taken out of it are not kept any longer. */
  get upload(): Upload {
    return this.#upload;
  }

  async end(): Promise<Upload> {
    this.#parser.end();
    await this.#settled();
    this.#refuseLeftOut();
    if (this.#failure === undefined && !this.#hasEnded) this.#fail(malformed(new Error('The parser is stuck')));
    if (this.#failure !== undefined) throw this.#failure;
    return this.#upload;
  }

  /** Resolves when the parser has finished or failed, or makes no progress with a body that it has in whole. */
  async #settled(): Promise<void> {
    let left = this.#parser.writableLength;
    for (let idle = 0; idle < idleTurnsMax && !this.#hasEnded && this.#failure === undefined; idle += 1) {
      await nextTurn();
      if (this.#parser.writableLength < left) idle = 0;
      left = this.#parser.writableLength;
    }
  }

  /** A form is refused when the parser left a part out: whoever sent the part would not learn that nobody read it. */
  #refuseLeftOut(): void {
    if (this.#handedOver < this.#begun) this.#fail(malformed(new Error('A part has no proper header')));
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
  }

  #file(field: string | undefined, file: BusboyFileStream, filename: string | undefined, type: string): void {
    // The parser, which sees the body end within a file, says so as well.
    file.on('error', (error) => this.#fail(malformed(error)));
    const nameTrouble = troubleOfName(field);
    if (nameTrouble !== undefined) this.#fail(nameTrouble);
    const part = { field: field!, type, filename };
    const verdict = this.#failure === undefined ? this.#policy(part, this.#accepted) : 'skip';
    if (verdict === 'accept') this.#collectFile(part, file);
    else if (verdict === 'text') this.#collectText(part, file);
    else file.resume();
    if (verdict instanceof BlipqError) this.#fail(verdict);
  }

  #collectFile({ field, filename }: FilePart, file: BusboyFileStream): void {
    this.#accepted += 1;
    const bytes = new GrowingBytes(imageBytesMax);
    file.on('data', (piece: Buffer) => {
      bytes.push(piece);
      if (bytes.tooLong) this.#fail(imageTooLarge());
    });
    file.on('end', () => {
      // A browser sends an empty file without a name when nobody chose one.
      if (filename || bytes.length > 0) this.#upload.files.push({ field, filename, bytes: bytes.take() });
    });
  }

  #collectText({ field, type }: FilePart, file: BusboyFileStream): void {
    const bytes = new GrowingBytes(fieldBytesMax);
    file.on('data', (piece: Buffer) => bytes.push(piece));
    file.on('end', () => {
      const isCut = bytes.tooLong;
      const text = bytes.take().toString();
      this.#field(field, type === 'application/json' ? spokenText(text) : text, isCut);
    });
  }

  #field(field: string | undefined, text: string, isCut: boolean): void {
    const trouble = troubleOfName(field);
    const failure = trouble ?? (isCut ? fieldTooLong(field!) : undefined);
    const { fields } = this.#upload;
    if (failure !== undefined) this.#fail(failure);
    else fields.set(field!, [...(fields.get(field!) ?? []), text]);
  }
}

/**
 * What tells of every part. Busboy (3.2.6) leaves out a part without a `Content-Disposition: form-data` and says nothing;
 * when such a part is longer than its buffer, it never finishes. Its types do not have the parser inside it.
 */
function partsOf(parser: BusboyInstance): EventEmitter {
  return (parser as unknown as { _parser: { parser: EventEmitter } })._parser.parser;
}

function troubleOfName(field: string | undefined): BlipqError | undefined {
  if (field === undefined) return invalidField('', 'a part has no name');
  if (Buffer.byteLength(field) <= fieldNameBytesMax) return undefined;
  return invalidField('', `a field name is longer than ${fieldNameBytesMax} bytes`);
}

/** What a JSON text says; other JSON stays as it is written. */
function spokenText(json: string): string {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value : json;
  } catch {
    return json;
  }
}

function imageTooLarge(): BlipqError {
  return new BlipqError('image_too_large', `The image is larger than ${imageBytesMax} bytes.`);
}

function fieldTooLong(field: string): BlipqError {
  return invalidField(field, `is longer than ${fieldBytesMax} bytes`);
}

/** The parser's complaints about the body's structure carry no code. */
function malformed(error: unknown): BlipqError {
  const detail = `The multipart body cannot be read: ${(error as Error).message}.`;
  return new BlipqError('malformed_multipart', detail, { cause: error });
}
