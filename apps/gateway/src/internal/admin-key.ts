import { timingSafeEqual } from 'node:crypto';
import { StartupError, textOrFile } from '@blipq/service';
import { hashOf } from '../gates/api-keys.js';

/** Short keys can be guessed, and guesses are not counted. */
const takes = /^\S{16,}$/;
export const adminKeyTakes = 'at least 16 characters, without spaces';

/** The operator's key. It is no API key: it opens the page that shows the work of all tenants. */
export class AdminKey {
  readonly #hash: Buffer;

  private constructor(key: string) {
    this.#hash = hashOf(key);
  }

  /** From a text or from a file; undefined without either. @throws StartupError that does not quote the key */
  static load(key: string | undefined, file: string | undefined): AdminKey | undefined {
    const given = textOrFile('BLIPQ_ADMIN_KEY', key, file);
    if (given === undefined) return undefined;
    if (!takes.test(given.text)) throw new StartupError(`${given.source} takes ${adminKeyTakes}`);
    return new AdminKey(given.text);
  }

  /** Whether a header `Authorization` carries the key, as a bearer token or as the password of any user. */
  opensTo(authorization: string | undefined): boolean {
    const [, scheme = '', credentials = ''] = /^(bearer|basic) +(\S+) *$/i.exec(authorization ?? '') ?? [];
    const basic = () =>
      Buffer.from(credentials, 'base64')
        .toString()
        .replace(/^[^:]*:/, '');
    const given = scheme.toLowerCase() === 'basic' ? basic() : credentials;
    // Hashes have one length, so that the comparison takes as long for a wrong key as for the right one.
    return timingSafeEqual(hashOf(given), this.#hash);
  }
}
