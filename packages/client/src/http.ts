import { type ApiClient, type ApiOptions, apiClient } from './api-client.js';
import { BlipqError, errorOf, type Problem } from './blipq-error.js';
import { onAbort } from './on-abort.js';

export interface BlipqOptions extends ApiOptions {
  /**
   * How long requests that fail for a passing reason are repeated, in milliseconds. Default: half a minute. A rate limit
   * (429 with `Retry-After`) is always waited out, as long as the call's signal lets it.
   */
  retryForMs?: number | undefined;
}

interface Answer<T> {
  data?: T;
  /** A problem document, if a BlipQ server answers. */
  error?: Problem;
  response: Response;
}

/** One request may take this long beside the time that it asks the server to wait. */
const requestTimeoutMs = 60_000;
const firstPauseMs = 250;
const pauseMsMax = 8_000;

/** Requests that are repeated until they are answered. Only what is safe to repeat is sent through here. */
export class Http {
  readonly api: ApiClient;
  readonly retryForMs: number;
  /** When the server wants to be asked again, for all requests of this client. */
  #notBefore = 0;

  constructor({ retryForMs = 30_000, ...options }: BlipqOptions) {
    this.retryForMs = retryForMs;
    this.api = apiClient(options);
  }

  /**
   * The data of an operation's answer.
   *
   * @param init what openapi-fetch takes, without the signal
   * @param waitMs how long the server is asked to wait
   * @throws BlipqError; TypeError for a header that cannot be sent; the signal's reason
   */
  async call<T>(method: keyof ApiClient, path: string, init: object, signal?: AbortSignal, waitMs = 0): Promise<T> {
    const operation = this.api[method] as (path: string, init: object) => Promise<Answer<T>>;
    // Refused here, once, what each try would be refused for.
    new Headers((init as { headers?: Record<string, string> }).headers);
    let failingSince = 0;
    for (let attempt = 0; ; attempt++) {
      await pause(this.#notBefore - Date.now(), signal);
      // AbortSignal.any would leave something behind in a signal that outlives the request, for every one of them.
      const either = new AbortController();
      const timer = setTimeout(() => either.abort(new Error('no answer in time')), requestTimeoutMs + waitMs);
      const forget = onAbort(signal, () => either.abort(signal?.reason));
      let error: BlipqError;
      try {
        const { data, error: body, response } = await operation(path, { ...init, signal: either.signal });
        if (response.ok) return data as T;
        const afterS = Number(response.headers.get('retry-after'));
        if (afterS > 0) this.#notBefore = Math.max(this.#notBefore, Date.now() + 1000 * Math.min(afterS, 300));
        error = errorOf(response, body);
      } catch (cause) {
        signal?.throwIfAborted();
        error = failureOf(cause);
      } finally {
        clearTimeout(timer);
        forget();
      }
      const backoffMs = Math.min(firstPauseMs * 2 ** attempt, pauseMsMax) * (0.5 + Math.random());
      if (error.status === 429 && this.#notBefore > Date.now()) failingSince = 0;
      else failingSince ||= Date.now();
      if (!error.retryable || (failingSince && Date.now() + backoffMs - failingSince > this.retryForMs)) throw error;
      await pause(backoffMs, signal);
    }
  }
}

/** Node's fetch says why it failed in the cause of its error. */
function failureOf(cause: unknown): BlipqError {
  const { name, message, cause: reason } = cause as Error & { cause?: Error & { code?: string } };
  if (name === 'SyntaxError') return new BlipqError('bad_response', 'the answer is not JSON', false);
  const why = reason?.message || reason?.code || message;
  return new BlipqError('connection_failed', why, true, undefined, undefined, { cause });
}

/**
 * @param keepsAlive whether Node stays alive for it
 * @throws the signal's reason
 */
export async function pause(ms: number, signal?: AbortSignal, keepsAlive = true): Promise<void> {
  signal?.throwIfAborted();
  if (ms <= 0) return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      forget();
      resolve();
    }, ms);
    // Elsewhere a timer is a number.
    if (!keepsAlive) (timer as { unref?: () => void }).unref?.();
    const forget = onAbort(signal, () => {
      clearTimeout(timer);
      forget();
      reject(signal?.reason);
    });
  });
}
