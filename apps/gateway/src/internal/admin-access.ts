import type { IncomingMessage } from 'node:http';
import type { AdminKey } from './admin-key.js';
import type { TrustedHeader } from './trusted-header.js';

/** Who opens a page of the operators': with the key, whoever has it; by the header, who the identity proxy says. */
export type Admin = { by: 'key' } | { by: 'header'; admin: string };

interface AdminAccessOptions {
  key: AdminKey | undefined;
  header: TrustedHeader | undefined;
}

/** The two ways to the operators' pages: the admin key, or the name in the header of an identity proxy. */
export class AdminAccess {
  readonly #key: AdminKey | undefined;
  readonly #header: TrustedHeader | undefined;

  constructor({ key, header }: AdminAccessOptions) {
    this.#key = key;
    this.#header = header;
  }

  /** Whether anybody at all is let in. */
  get isOpen(): boolean {
    return this.#key !== undefined || this.#header !== undefined;
  }

  get takesKey(): boolean {
    return this.#key !== undefined;
  }

  /** Who it is, or why the request is not let in, for the log. */
  admit(request: IncomingMessage): Admin | { refused: string } {
    const header = this.#header;
    if (header?.isFromProxy(request)) {
      const admin = header.nameIn(request);
      if (admin !== undefined) return { by: 'header', admin };
    }
    if (this.#key?.opensTo(request.headers.authorization)) return { by: 'key' };
    return { refused: header?.isIn(request) ? this.#whyNot(header, request) : 'no admin key' };
  }

  #whyNot(header: TrustedHeader, request: IncomingMessage): string {
    if (header.isFromProxy(request)) return `${header.name} has no name, or several`;
    return `${header.name} comes from an address that BLIPQ_ADMIN_TRUST_PROXIES does not name`;
  }
}
