import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { BlipqError } from '@blipq/contracts';
import type { GuardedAgent } from './guarded-agent.js';
import { readResponseBody } from './read-response-body.js';

export interface ResponseHead {
  url: URL;
  status: number;
  headers: IncomingHttpHeaders;
}

export interface GuardedResponse extends ResponseHead {
  body: Uint8Array;
  /** False if the body was longer than `bytesMax`, or was not wanted. */
  complete: boolean;
}

export interface GuardedRequestOptions {
  method?: 'GET' | 'POST';
  headers?: OutgoingHttpHeaders;
  body?: Uint8Array;
  /** Bytes of the answer's body that are read, and no more. */
  bytesMax: number;
  /** From the start to an established connection, so DNS, TCP and TLS together. Default 5 s. */
  connectTimeoutMs?: number;
  /** From the start to the last byte. Default 15 s. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Sees the answer before its body: false leaves the body unread; what it throws is thrown. */
  wantsBody?: (head: ResponseHead) => boolean;
  /** Called with the length of each piece of the body before it is kept; what it throws is thrown. */
  charge?: (bytes: number) => void;
}

/**
 * One HTTP request to a URL that a stranger chose: checked, pinned, bounded in time and bytes. Any status is an
 * answer, redirects too; they are never followed here.
 *
 * @throws BlipqError `url_blocked`, `fetch_failed`, `fetch_timeout`, with nothing of the answer in the message
 * @throws the signal's reason when it aborts
 */
export async function guardedRequest(
  agent: GuardedAgent,
  url: string,
  { bytesMax, connectTimeoutMs = 5_000, timeoutMs = 15_000, wantsBody = () => true, ...options }: GuardedRequestOptions,
): Promise<GuardedResponse> {
  const deadline = new AbortController();
  const expireAfter = (ms: number, detail: string) =>
    setTimeout(() => deadline.abort(new BlipqError('fetch_timeout', detail)), ms);
  const connecting = expireAfter(connectTimeoutMs, 'The host could not be connected to in time.');
  const total = expireAfter(timeoutMs, 'The answer did not arrive in time.');
  const signal = options.signal ? AbortSignal.any([deadline.signal, options.signal]) : deadline.signal;
  let request: ClientRequest | undefined;
  let broken: unknown;
  try {
    const target = await agent.check(url, signal);
    const { method = 'GET', headers = {}, body } = options;
    const length = body && { 'content-length': body.byteLength };
    request = agent.request(target, { method, headers: { ...headers, ...length }, signal });
    request.on('error', (error) => {
      broken = error;
    });
    onConnected(request, target.url, () => clearTimeout(connecting));
    const response = await answerTo(request, body);
    const head = { url: target.url, status: response.statusCode ?? 0, headers: response.headers };
    if (!wantsBody(head)) return { ...head, body: new Uint8Array(0), complete: false };
    const { bytes, complete } = await readResponseBody(response, bytesMax, options.charge);
    if (complete && endsWithConnection(response) && (broken !== undefined || signal.aborted)) throw broken;
    return { ...head, body: bytes, complete };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof BlipqError ? error : new BlipqError('fetch_failed', reasonOf(error), { cause: error });
  } finally {
    clearTimeout(connecting);
    clearTimeout(total);
    request?.destroy();
  }
}

function onConnected(request: ClientRequest, { protocol }: URL, connected: () => void): void {
  request.once('socket', (socket) => {
    if (request.reusedSocket) connected();
    else socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', connected);
  });
}

function answerTo(request: ClientRequest, body: Uint8Array | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.on('error', reject);
    request.once('close', () => reject(new Error('The connection was closed without an answer.')));
    request.end(body);
  });
}

/** Whether a body has no declared end. Node ends it as if it were whole when its connection breaks, for any reason. */
function endsWithConnection({ headers }: IncomingMessage): boolean {
  return headers['content-length'] === undefined && headers['transfer-encoding'] === undefined;
}

/** What went wrong in words that tell nothing about the other side but what any client would see. */
function reasonOf(error: unknown): string {
  const code = String((error as NodeJS.ErrnoException).code ?? '');
  if (/^(ENOTFOUND|ENODATA|ESERVFAIL|EAI_|EREFUSED|EFORMERR|EBADNAME|ETIMEOUT)/.test(code))
    return 'The host name does not resolve.';
  if (code === 'ECONNREFUSED') return 'The host refuses the connection.';
  if (/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ETIMEDOUT)$/.test(code)) return 'The host cannot be reached.';
  if (/CERT|SIGNATURE|^(ERR_(TLS|SSL)|EPROTO$)/.test(code))
    return 'TLS failed; the certificate must be valid and name the host.';
  if (/^HPE_/.test(code)) return 'The answer is not valid HTTP.';
  return 'The connection was closed before the answer was complete.';
}
