import { BlipqError } from '@blipq/contracts';

export interface UrlPolicy {
  /** Lets http: URLs through as well as https: ones. */
  allowHttp?: boolean;
  /** Ports beside 443 and 80. */
  ports?: readonly number[];
}

/** Signed object-store URLs take some 2,000 characters. */
const URL_CHARS_MAX = 8_192;
const PORTS: readonly number[] = [443, 80];

/**
 * Parses a URL and judges all of it but the address of its host. What may be written in many ways has been reduced
 * to one by the parser (WHATWG): decimal, octal, hex, short and full-width IPv4, upper case, IDN.
 *
 * @throws BlipqError `url_blocked`
 */
export function checkUrl(text: string, { allowHttp = false, ports = [] }: UrlPolicy = {}): URL {
  if (text.length > URL_CHARS_MAX) throw blocked(`The URL is longer than ${URL_CHARS_MAX} characters.`);
  if (!URL.canParse(text)) throw blocked('This is not an absolute URL.');
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(allowHttp && url.protocol === 'http:'))
    throw blocked(`Only ${allowHttp ? 'https and http' : 'https'} URLs are allowed.`);
  if (url.username !== '' || url.password !== '') throw blocked('A URL with a user name or password is not allowed.');
  if (url.port !== '' && ![...PORTS, ...ports].includes(Number(url.port)))
    throw blocked(`Port ${url.port} is not allowed; use ${[...new Set([...PORTS, ...ports])].join(', ')}.`);
  return url;
}

/** The host as the resolver and `net` take it: IPv6 literals without their brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

export function blocked(detail: string): BlipqError {
  return new BlipqError('url_blocked', detail);
}
