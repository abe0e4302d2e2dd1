import type { Results } from './collection.js';
import type { components } from './gen/api.js';

type Schemas = components['schemas'];

/** The message is not from who has the secret, was changed on its way, or is old. Answer 400 and do nothing with it. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';
}

/** An event of work, whose resource has its result where the work has succeeded. */
type WorkEvent<Event extends { type: string }, Result> =
  | (Omit<Event, 'type' | 'data'> & { type: Extract<Event['type'], `${string}.succeeded`>; data: Result })
  | (Omit<Event, 'type'> & { type: Exclude<Event['type'], `${string}.succeeded`> });

/** What a webhook tells: its type, when it happened, and the resource as the API returns it. */
export type WebhookEvent =
  | WorkEvent<Schemas['CaptionWebhook'], Results['captions']>
  | WorkEvent<Schemas['AnswerWebhook'], Results['answers']>
  | WorkEvent<Schemas['MatchWebhook'], Results['matches']>
  | Schemas['BatchWebhook' | 'PingWebhook'];

type HeadersLike = { get(name: string): string | null } | Record<string, string | string[] | undefined>;

/** Seconds that a message's timestamp may be off, in either direction, before it is taken for a replay. */
const toleranceS = 300;

/**
 * Checks who sent a webhook and when (Standard Webhooks), and returns its parsed body.
 *
 * @param body exactly as it was received: parsing and printing JSON again changes it
 * @param secrets one, or during a rotation all that are valid
 * @throws WebhookVerificationError
 */
export async function verifyWebhook(
  body: string | Uint8Array | ArrayBuffer,
  headers: HeadersLike,
  secrets: string | readonly string[],
): Promise<WebhookEvent> {
  const header = (name: string) => {
    const value = typeof headers.get === 'function' ? headers.get(name) : (headers as Record<string, unknown>)[name];
    if (typeof value === 'string' && value) return value;
    throw new WebhookVerificationError(`the header ${name} is missing`);
  };
  const timestamp = header('webhook-timestamp');
  const offS = Date.now() / 1000 - Number(timestamp);
  // A timestamp that is no number is off by NaN.
  if (!(Math.abs(offS) <= toleranceS)) throw new WebhookVerificationError('the message is too old or from the future');
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const signed = new TextEncoder().encode(`${header('webhook-id')}.${timestamp}.${text}`);
  const signatures = header('webhook-signature').split(' ');
  for (const secret of [secrets].flat()) {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    const key = await crypto.subtle.importKey('raw', bytesOf(secret.replace(/^whsec_/, '')), algorithm, false, [
      'verify',
    ]);
    for (const one of signatures) {
      if (!one.startsWith('v1,')) continue;
      if (await crypto.subtle.verify('HMAC', key, bytesOf(one.slice(3)), signed)) return JSON.parse(text);
    }
  }
  throw new WebhookVerificationError('no signature fits');
}

/** Text that is not base64 becomes no bytes, which fit nothing. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}
