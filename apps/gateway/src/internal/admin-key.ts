import { timingSafeEqual } from 'node:crypto';
import { StartupError, textOrFile } from '@blipq/service';
import { hashOf } from '../gates/api-keys.js';

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
    const given = textOrFile('BLIPQ_ADMIN_KEY', key, file);
    if (given === undefined) return undefined;
    if (!takes.test(given.text)) throw new StartupError(`${given.source} takes ${adminKeyTakes}`);
    return new AdminKey(given.text);
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
