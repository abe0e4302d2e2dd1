import { listFiles, modelInfo } from '@huggingface/hub';
import { HubError } from './hub-error.js';
import { isEndpoint } from './hub-options.js';
import { isCommit } from './reference.js';
import { type Asked, responseError } from './response-error.js';
import { type RetryPolicy, retry } from './retry.js';

export interface HubClientOptions {
  readonly endpoint: string;
  readonly token?: string | undefined;
  readonly policy: RetryPolicy;
  /** Silence that ends a request, in milliseconds. */
  readonly silenceMs: number;
  /** How requests are sent: by way of proxies, where there are some. */
  readonly send: typeof fetch;
  /** Said of a Hub that cannot be reached. */
  readonly way: string;
}

/** A file of a repository. */
export interface HubFile {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** In hexadecimal; also the file's ETag. Large files have the SHA-256 of their content, others git's blob id. */
  readonly hash: string;
  readonly algorithm: 'sha256' | 'git-sha1';
}

/** The head of an answer, and its body as it arrives. */
export interface Answer {
  readonly response: Response;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * One model repository on the Hub. Questions are asked through @huggingface/hub; requests are our own, so that every
 * one of them gives up on silence, and so that the token goes to the endpoint alone and into no error.
 */
export class HubClient {
  readonly #options: HubClientOptions;
  readonly #repo: string;
  readonly #revision: string;

  constructor(repo: string, revision: string, options: HubClientOptions) {
    if (!isEndpoint(options.endpoint)) {
      throw new HubError('settings_invalid', 'HF_ENDPOINT is not the address of a Hub, like https://huggingface.co');
    }
    if (options.token !== undefined && !/^[\x21-\x7e]+$/.test(options.token)) {
      throw new HubError('token_invalid', 'HF_TOKEN holds characters that are in no token');
    }
    this.#repo = repo;
    this.#revision = revision;
    this.#options = options;
  }

  /** The commit that the revision stands for now. */
  async commit(): Promise<string> {
    const name = this.#repo;
    const { sha } = await modelInfo({ ...this.#common(), name, revision: this.#revision, additionalFields: ['sha'] });
    if (!isCommit(sha)) throw this.#invalid('names no commit');
    return sha;
  }

  /** The files in the top folder of a commit, by path. */
  async files(commit: string): Promise<ReadonlyMap<string, HubFile>> {
    const files = new Map<string, HubFile>();
    const repo = { type: 'model', name: this.#repo } as const;
    for await (const { type, path, size, oid, lfs } of listFiles({ ...this.#common(), repo, revision: commit })) {
      if (type !== 'file') continue;
      const hash = lfs?.oid ?? oid ?? '';
      // It becomes a file's name.
      if (!(lfs ? /^[0-9a-f]{64}$/ : /^[0-9a-f]{40}$/).test(hash)) throw this.#invalid(`gives no hash for ${path}`);
      files.set(path, { path, size: lfs?.size ?? size, hash, algorithm: lfs ? 'sha256' : 'git-sha1' });
    }
    return files;
  }

  /**
   * Asks once for a file's bytes from `offset` on. The answer may start at 0 all the same.
   *
   * @throws HubError
   */
  async open(commit: string, path: string, offset: number): Promise<Answer> {
    const url = `${this.#options.endpoint}/${this.#repo}/resolve/${commit}/${encodeURIComponent(path)}`;
    return await this.#request(url, offset > 0 ? { Range: `bytes=${offset}-` } : {});
  }

  #common() {
    return { hubUrl: this.#options.endpoint, fetch: this.#fetch };
  }

  /** For the library: answers come whole, as they are small, and only when they are good. */
  readonly #fetch: typeof fetch = (input) =>
    retry(async () => {
      const { response, body } = await this.#request(String(input), {});
      const parts: Uint8Array[] = [];
      for await (const part of body) parts.push(part);
      const bytes = Buffer.concat(parts);
      if (!isJson(bytes)) throw this.#invalid('does not answer in JSON');
      return new Response(bytes, { status: response.status, headers: response.headers });
    }, this.#options.policy);

  async #request(url: string, headers: Record<string, string>): Promise<Answer> {
    const { endpoint, token, policy, silenceMs, send, way } = this.#options;
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(new Error(`no answer for ${silenceMs / 1000} s`)), silenceMs);
    const failed = (cause: unknown): unknown => {
      if (policy.signal?.aborted) return policy.signal.reason;
      return new HubError('hub_unreachable', `${new URL(endpoint).host} cannot be reached${way}: ${reason(cause)}`, {
        cause,
      });
    };
    let response: Response;
    try {
      response = await send(url, {
        // Redirects to another origin, where large files are, leave the token behind; so does a link to another page.
        headers: {
          ...headers,
          'Accept-Encoding': 'identity',
          ...(token !== undefined &&
            new URL(url).origin === new URL(endpoint).origin && { Authorization: `Bearer ${token}` }),
        },
        signal: policy.signal ? AbortSignal.any([silence.signal, policy.signal]) : silence.signal,
      });
    } catch (cause) {
      clearTimeout(timer);
      throw failed(cause);
    }
    if (!response.ok) {
      clearTimeout(timer);
      await response.body?.cancel().catch(() => {});
      throw responseError(response, this.#asked());
    }
    async function* body(): AsyncGenerator<Uint8Array> {
      try {
        for await (const part of response.body ?? []) {
          timer.refresh();
          yield part;
          timer.refresh();
        }
      } catch (cause) {
        throw failed(cause);
      } finally {
        clearTimeout(timer);
      }
    }
    return { response, body: body() };
  }

  #asked(): Asked {
    const { endpoint, token } = this.#options;
    return { endpoint, repo: this.#repo, revision: this.#revision, hasToken: token !== undefined };
  }

  #invalid(what: string): HubError {
    const { endpoint } = this.#options;
    return new HubError('answer_invalid', `${new URL(endpoint).host} ${what}; is ${endpoint} a Hugging Face Hub?`);
  }
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}

/** fetch says "fetch failed" and keeps what happened as the cause; several addresses tried give an empty message. */
function reason(error: unknown): string {
  const { message, code, cause } = error as NodeJS.ErrnoException;
  return cause ? reason(cause) : message || code || 'unknown';
}
