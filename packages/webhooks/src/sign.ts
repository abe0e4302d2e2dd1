import { createHmac } from 'node:crypto';
import { keyOf } from './secret.js';

/** The three headers of a Standard Webhooks message. */
export interface WebhookHeaders {
  'webhook-id': string;
  /** Seconds since 1970. */
  'webhook-timestamp': string;
  /** One `v1,<base64>` for each valid secret, separated by spaces. */
  'webhook-signature': string;
}

export interface WebhookMessage {
  /** The same for every attempt. Contains no full stop, since that separates what is signed. */
  id: string;
  /** When this attempt is made. */
  at: Date;
  /** Exactly the bytes that are sent. */
  body: Uint8Array;
}

/**
 * Signs a message with every secret given, so that receivers can move from one to the next in their own time.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signWebhook({ id, at, body }: WebhookMessage, secrets: readonly string[]): WebhookHeaders {
  if (secrets.length === 0) throw new Error('a webhook is never sent unsigned: no secret was given');
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signatures = secrets.map(
    (secret) => `v1,${signatureOf(keyOf(secret), id, timestamp, body).toString('base64')}`,
  );
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

/** HMAC-SHA256 of `<id>.<timestamp>.<body>`. */
export function signatureOf(key: Buffer, id: string, timestamp: string, body: Uint8Array | string): Buffer {
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
}
