import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { StartupError } from '@blipq/service';

/** RFC 9110 §5.6.2. Each of the others has a meaning of its own, and clients send it. */
const names = /^(?!(authorization|cookie|host|user-agent|forwarded|x-forwarded-for)$)[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/i;
export const trustedHeaderTakes = "a header's name such as X-Forwarded-Email";
export const isTrustedHeader = (name: string): boolean => names.test(name);

/** Longest name that is believed. */
const nameMax = 256;

/**
 * The header in which an identity proxy says who a request comes from. Anybody can send it, so it is believed only of a
 * connection that the proxy itself has opened: what decides is the address of the socket's other end, and no header.
 */
export class TrustedHeader {
  readonly name: string;
  readonly #key: string;
  readonly #proxies = new BlockList();

  private constructor(name: string, proxies: string[]) {
    this.name = name;
    this.#key = name.toLowerCase();
    for (const network of proxies) {
      const [address = '', prefix] = network.split('/');
      const family = familyOf(address);
      if (prefix === undefined) this.#proxies.addAddress(address, family);
      else this.#proxies.addSubnet(address, Number(prefix), family);
    }
  }

  /** Undefined where neither is set. @throws StartupError where one of them is missing */
  static load(name: string | undefined, proxies: string[]): TrustedHeader | undefined {
    if (name === undefined && proxies.length === 0) return undefined;
    if (name === undefined) throw new StartupError(`BLIPQ_ADMIN_TRUST_PROXIES has no use without ${headerSetting}`);
    if (proxies.length > 0) return new TrustedHeader(name, proxies);
    const advice = 'set BLIPQ_ADMIN_TRUST_PROXIES to the addresses from which the identity proxy connects';
    throw new StartupError(`${headerSetting} is believed of nobody; ${advice}`);
  }

  /** Whether the request's connection was opened by a proxy that is believed. */
  isFromProxy({ socket }: IncomingMessage): boolean {
    const { remoteAddress } = socket;
    // A socket that takes both families gives IPv4 addresses as ::ffff:a.b.c.d.
    const peer = remoteAddress?.replace(/^::ffff:(?=\d+\.)/, '') ?? '';
    return isIP(peer) !== 0 && this.#proxies.check(peer, familyOf(peer));
  }

  /** The name that the proxy gives; undefined for none, for several, and for one that is no name. */
  nameIn({ headersDistinct }: IncomingMessage): string | undefined {
    const [name = '', ...others] = headersDistinct[this.#key] ?? [];
    // Node.js reads headers as Latin-1.
    const text = Buffer.from(name, 'latin1').toString().trim();
    return others.length === 0 && text !== '' && text.length <= nameMax ? text : undefined;
  }

  /** Whether the request carries the header at all. */
  isIn({ headersDistinct }: IncomingMessage): boolean {
    return headersDistinct[this.#key] !== undefined;
  }
}

const headerSetting = 'BLIPQ_ADMIN_TRUST_HEADER';

const familyOf = (address: string) => (isIP(address) === 4 ? 'ipv4' : 'ipv6');
