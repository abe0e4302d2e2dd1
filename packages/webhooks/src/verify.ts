import { timingSafeEqual } from 'node:crypto';
import { keyOf } from './secret.js';
import { signatureOf } from './sign.js';

/** Seconds that a message's timestamp may be off, in either direction, before it is taken for a replay. */
const toleranceDefaultS = 300;

export interface VerifyOptions {
  /** Default 300. */
  toleranceS?: number;
  /** Default: now. */
  at?: Date;
}

/** The message is not from who has the secret, was changed on its way, or is old. Answer 400 and do nothing with it. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Checks who sent a webhook and when, and returns its parsed body.
 *
 * @param body exactly the bytes received: parsing and printing JSON again changes them
 * @param headers with lower-case names, as Node gives them
 * @param secrets one, or during a rotation all that are valid
 * @throws WebhookVerificationError
 */
export function verifyWebhook<T = unknown>(
  body: Uint8Array | string,
  headers: Headers,
  secrets: string | readonly string[],
  { toleranceS = toleranceDefaultS, at = new Date() }: VerifyOptions = {},
): T {
  const id = required(headers, 'webhook-id');
  const timestamp = required(headers, 'webhook-timestamp');
  const given = required(headers, 'webhook-signature').split(' ');
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookVerificationError('webhook-timestamp is not a time in seconds');
  const offS = at.getTime() / 1000 - Number(timestamp);
  if (offS > toleranceS) throw new WebhookVerificationError('the message is too old');
  if (offS < -toleranceS) throw new WebhookVerificationError('the message comes from the future');
  const valid = [secrets].flat().map((secret) => signatureOf(keyOf(secret), id, timestamp, body));
  const signatures = given.flatMap(versionOne);
  if (!signatures.some((signature) => valid.some((one) => equal(one, signature)))) {
    throw new WebhookVerificationError('no signature fits');
  }
  return parsed(body) as T;
}

function required(headers: Headers, name: string): string {
  const value = headers[name];
  if (typeof value !== 'string' || value === '') throw new WebhookVerificationError(`the header ${name} is missing`);
  return value;
}

/** Signatures of other versions (`v1a` is asymmetric) are other receivers' business. */
function versionOne(text: string): Buffer[] {
  const [version, encoded] = text.split(',', 2);
  return version === 'v1' && encoded !== undefined ? [Buffer.from(encoded, 'base64')] : [];
}

/** Takes as long wherever they differ. Their length is no secret. */
function equal(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function parsed(body: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8'));
  } catch {
    throw new WebhookVerificationError('the body is not JSON');
  }
}
