import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';
import { BlipqError } from '@blipq/contracts';
import { isConnectable, type Network, parseNetworks } from './address-guard.js';
import { blocked, checkUrl, hostOf, type UrlPolicy } from './check-url.js';
import { type Resolve, resolveByDns } from './resolve.js';

export interface TargetPolicy extends UrlPolicy {
  /** Networks and addresses, such as `10.1.0.0/16`, that may be connected to although they are not public. */
  allow?: readonly string[];
  /** Default: the machine's DNS servers. */
  resolve?: Resolve;
  /** Certificate authorities (PEM) beside the well-known ones. */
  ca?: readonly string[];
  /** Keeps idle connections for later requests. Every request is checked anew all the same. Default false. */
  keepAlive?: boolean;
}

/** A URL that passed the policy, and the addresses, all of them checked, that its connection may be made to. */
export interface CheckedTarget {
  readonly url: URL;
  readonly addresses: readonly string[];
}

/** What requests go through to reach URLs that strangers chose. Made by {@link createGuardedAgent}. */
export class GuardedAgent {
  readonly #policy: TargetPolicy;
  readonly #allow: readonly Network[];
  readonly #http: http.Agent;
  readonly #https: https.Agent;

  constructor(policy: TargetPolicy) {
    this.#policy = policy;
    this.#allow = parseNetworks(policy.allow ?? []);
    const { keepAlive = false, ca } = policy;
    const options = { keepAlive, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 500 };
    this.#http = new http.Agent(options);
    // Said aloud so that NODE_TLS_REJECT_UNAUTHORIZED cannot switch it off.
    this.#https = new https.Agent({
      ...options,
      rejectUnauthorized: true,
      ...(ca && { ca: [...rootCertificates, ...ca] }),
    });
  }

  /**
   * Judges a URL without asking any resolver: its scheme, port, user name and, if the host is an IP address, that.
   * For refusing a URL at once that will be requested later.
   *
   * @throws BlipqError `url_blocked`
   */
  checkUrl(text: string): URL {
    const url = checkUrl(text, this.#policy);
    if (isIP(hostOf(url)) !== 0) this.#checkAddresses([hostOf(url)]);
    return url;
  }

  /**
   * Judges a URL and every address of its host: one that is blocked blocks all, since its owner vouches for none.
   *
   * @throws BlipqError `url_blocked`; `fetch_failed` if the host has no address; what the resolver throws; the
   *   signal's reason
   */
  async check(text: string, signal: AbortSignal): Promise<CheckedTarget> {
    const url = this.checkUrl(text);
    const host = hostOf(url);
    if (isIP(host) !== 0) return { url, addresses: [host] };
    const { resolve = resolveByDns } = this.#policy;
    const addresses = [...(await untilAborted(resolve(host, signal), signal))];
    if (addresses.length === 0) throw new BlipqError('fetch_failed', 'The host name does not resolve.');
    this.#checkAddresses(addresses);
    return { url, addresses };
  }

  /** Begins a request to what was checked and to nothing else. The Host header and TLS still carry the name. */
  request({ url, addresses }: CheckedTarget, options: Pick<http.RequestOptions, 'method' | 'headers' | 'signal'>) {
    // For an IP address `net` skips the lookup and connects to what the URL says, which is what was checked.
    const pinned = { ...options, lookup: pinnedTo(addresses) };
    if (url.protocol === 'http:') return http.request(url, { ...pinned, agent: this.#http });
    const host = hostOf(url);
    const servername = isIP(host) === 0 ? host.replace(/\.$/, '') : '';
    return https.request(url, { ...pinned, agent: this.#https, servername });
  }

  /** Ends all connections, idle and in use. */
  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  /** The address is left out of the message: what a name resolves to inside a network is nobody else's business. */
  #checkAddresses(addresses: readonly string[]): void {
    if (addresses.every((address) => isConnectable(address, this.#allow))) return;
    throw blocked('The host of the URL is, or resolves to, an address that is not public.');
  }
}

/**
 * @throws Error if one of the networks in `allow` is not one, so that a service fails when it starts
 */
export function createGuardedAgent(policy: TargetPolicy = {}): GuardedAgent {
  return new GuardedAgent(policy);
}

function pinnedTo(addresses: readonly string[]): LookupFunction {
  const answers = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, { all }, callback) => {
    if (all) callback(null, answers);
    else callback(null, answers[0]!.address, answers[0]!.family);
  };
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
