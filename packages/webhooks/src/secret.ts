import { hkdfSync, randomBytes } from 'node:crypto';

/** Bytes of a key: Standard Webhooks asks for 24 to 64. */
const keyBytes = { min: 24, max: 64, made: 32 };
const prefix = 'whsec_';

/** A new signing secret, `whsec_` and 32 random bytes in base64. */
export function newWebhookSecret(): string {
  return prefix + randomBytes(keyBytes.made).toString('base64');
}

/**
 * A tenant's own secret, derived from the deployment's (HKDF with SHA-256, RFC 5869): who has it can find out neither
 * that one nor another tenant's, and nothing has to be stored.
 */
export function secretOf(tenant: string, deploymentSecret: string): string {
  const key = hkdfSync('sha256', keyOf(deploymentSecret), '', `blipq webhooks of ${tenant}`, keyBytes.made);
  return prefix + Buffer.from(key).toString('base64');
}

/**
 * The key inside a secret.
 *
 * @throws Error that says what is wrong without repeating the secret
 */
export function keyOf(secret: string): Buffer {
  const encoded = secret.startsWith(prefix) ? secret.slice(prefix.length) : secret;
  const key = Buffer.from(encoded, 'base64');
  // Buffer.from skips what is not base64, so what it read must spell the same again.
  if (key.toString('base64').replace(/=+$/, '') !== encoded.replace(/=+$/, '')) throw invalid('is not base64');
  if (key.length < keyBytes.min || key.length > keyBytes.max) {
    throw invalid(`has ${key.length} bytes; it takes ${keyBytes.min} to ${keyBytes.max}`);
  }
  return key;
}

function invalid(reason: string): Error {
  return new Error(`the webhook secret ${reason}; make one with "blipq webhooks secret"`);
}
