import { BlipqError } from '@blipq/contracts';
import { blocked } from './check-url.js';
import type { GuardedAgent } from './guarded-agent.js';
import { type GuardedResponse, guardedRequest, type ResponseHead } from './guarded-request.js';

export interface FetchGuardedOptions {
  /** The longest body that is accepted. Default 10 MiB. */
  bytesMax?: number;
  /** Default 3. */
  redirectsMax?: number;
  /** For each connection. Default 5 s. */
  connectTimeoutMs?: number;
  /** For everything, redirects included. Default 15 s. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Called with the length of each piece of the image before it is kept; what it throws is thrown. */
  charge?: (bytes: number) => void;
}

export interface Fetched {
  bytes: Uint8Array;
  /** Where the bytes came from in the end. */
  url: string;
}

/** The cause of a `fetch_failed` that is a matter of what the host answered, not of reaching it. */
export class UnusableAnswer extends Error {
  override readonly name = 'UnusableAnswer';
  readonly status: number;

  constructor(status: number) {
    super(`HTTP ${status}`);
    this.status = status;
  }
}

const redirects: readonly number[] = [301, 302, 303, 307, 308];
/** Compressed bodies are refused, so that bytes on the wire are bytes in memory. Images are compressed already. */
const headers = { accept: 'image/*', 'accept-encoding': 'identity', 'user-agent': 'BlipQ' };

/**
 * Gets the image behind a URL that a stranger chose. Each redirect is judged like the URL itself.
 *
 * @throws BlipqError `url_blocked`, `fetch_failed`, `fetch_timeout`, `image_too_large`
 * @throws the signal's reason when it aborts
 */
export async function fetchGuarded(
  agent: GuardedAgent,
  url: string,
  { bytesMax = 10 * 1024 ** 2, redirectsMax = 3, timeoutMs = 15_000, ...options }: FetchGuardedOptions = {},
): Promise<Fetched> {
  const end = performance.now() + timeoutMs;
  const wantsBody = (head: ResponseHead) => wantsImage(head, bytesMax);
  for (let next = url, hops = 0; hops <= redirectsMax; hops++) {
    const get = { ...options, headers, bytesMax, wantsBody, timeoutMs: end - performance.now() };
    const response = await guardedRequest(agent, next, get).catch((error) => {
      throw hops === 0 ? error : atRedirect(error);
    });
    const target = redirectOf(response);
    if (target === undefined) return imageOf(response, bytesMax);
    next = target;
  }
  const cause = new UnusableAnswer(redirects[0]!);
  throw new BlipqError('fetch_failed', `The URL redirects more than ${redirectsMax} times.`, { cause });
}

function wantsImage({ status, headers }: ResponseHead, bytesMax: number): boolean {
  if (redirects.includes(status) && headers.location !== undefined) return false;
  const cause = new UnusableAnswer(status);
  if (status !== 200) throw new BlipqError('fetch_failed', `The host answered ${status} instead of 200.`, { cause });
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.trim().toLowerCase() !== 'identity')
    throw new BlipqError('fetch_failed', 'The host sends the image compressed although that was not asked for.', {
      cause,
    });
  if (Number(headers['content-length'] ?? 0) > bytesMax) throw tooLarge(bytesMax);
  return true;
}

function imageOf({ body, complete, url }: GuardedResponse, bytesMax: number): Fetched {
  if (!complete) throw tooLarge(bytesMax);
  return { bytes: body, url: url.href };
}

/** The absolute target of a redirect, or undefined when the answer is none. */
function redirectOf({ status, headers: { location }, url }: GuardedResponse): string | undefined {
  if (!redirects.includes(status) || location === undefined) return undefined;
  const text = Buffer.from(location, 'latin1').toString('utf8'); // Headers are read as Latin-1, browsers send UTF-8.
  if (!URL.canParse(text, url.href)) throw blocked('The URL redirects to something that is not a URL.');
  const target = new URL(text, url.href);
  if (url.protocol === 'https:' && target.protocol === 'http:')
    throw blocked('The URL redirects from https to http, which is not followed.');
  return target.href;
}

function atRedirect(error: unknown): unknown {
  if (!(error instanceof BlipqError) || error.code !== 'url_blocked') return error;
  return blocked(`The URL redirects to one that is not allowed. ${error.detail}`);
}

function tooLarge(bytesMax: number): BlipqError {
  return new BlipqError('image_too_large', `The image is longer than ${bytesMax} bytes.`);
}
