import { timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { StartupError } from '@blipq/service';
import { hashOf } from './api-keys.js';

/** Short ones can be guessed, and nobody counts the guesses. */
const takes = /^\S{16,}$/;
export const adminKeyTakes = 'at least 16 characters, without spaces';

/** The key of who runs this installation. It is no API key: it opens what shows all tenants' work. */
export class AdminKey {
  readonly #hash: Buffer;

  private constructor(key: string) {
    this.#hash = hashOf(key);
  }

  /** From a text, or from a file, or else none. @throws StartupError that does not quote it */
  static load(key: string | undefined, file: string | undefined): AdminKey | undefined {
    if (key !== undefined && file !== undefined) {
      throw new StartupError('BLIPQ_ADMIN_KEY and BLIPQ_ADMIN_KEY_FILE are both set; keep one of them');
    }
    const [text, source] = key === undefined ? [readKey(file), 'BLIPQ_ADMIN_KEY_FILE'] : [key, 'BLIPQ_ADMIN_KEY'];
    if (text === undefined) return undefined;
    if (!takes.test(text)) throw new StartupError(`${source} takes ${adminKeyTakes}`);
    return new AdminKey(text);
  }

  /** Whether a header `Authorization` has it, as a bearer token or as the password of any user. */
  opensTo(authorization: string | undefined): boolean {
    const [, scheme = '', credentials = ''] = /^(bearer|basic) +(\S+) *$/i.exec(authorization ?? '') ?? [];
    const basic = () =>
      Buffer.from(credentials, 'base64')
        .toString()
        .replace(/^[^:]*:/, '');
    const given = scheme.toLowerCase() === 'basic' ? basic() : credentials;
    // Of hashes, so that it takes as long for a wrong key as for a right one, whatever their lengths.
    return timingSafeEqual(hashOf(given), this.#hash);
  }
}

function readKey(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new StartupError(`BLIPQ_ADMIN_KEY_FILE cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
