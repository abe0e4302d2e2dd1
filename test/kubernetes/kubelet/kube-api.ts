import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/** Any kind of object of Kubernetes. */
// biome-ignore lint/suspicious/noExplicitAny: their schemas are Kubernetes' own.
export type KubeObject = any;

export interface KubeEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: KubeObject;
}

/** An answer of the API server's that is none of 200 to 299. */
export class KubeError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** The API server of a test's own control plane, as far as a kubelet asks it. */
export class KubeApi {
  readonly #agent = new Agent({ keepAlive: true, rejectUnauthorized: false });

  constructor(
    readonly url: string,
    readonly token: string,
  ) {}

  /** Calls again after a connection that broke, a conflict with another writer, and when the server is too busy. */
  async call(method: string, path: string, body?: object): Promise<KubeObject> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#callOnce(method, path, body);
      } catch (error) {
        const isPassing = !(error instanceof KubeError) || [409, 429, 500, 503, 504].includes(error.status);
        if (!isPassing || tries === 10) throw error;
        await delay(200 * tries);
      }
    }
  }

  async #callOnce(method: string, path: string, body?: object): Promise<KubeObject> {
    const answer = await this.#request(method, path, body);
    const content = await text(answer);
    const status = answer.statusCode ?? 0;
    if (status < 200 || status > 299) throw new KubeError(status, `${method} ${path}: ${status} ${content}`);
    return JSON.parse(content);
  }

  /** The same, where an object that is gone is no failure. */
  async callIfThere(method: string, path: string, body?: object): Promise<KubeObject | undefined> {
    return await this.call(method, path, body).catch((error) => {
      if (error instanceof KubeError && error.status === 404) return undefined;
      throw error;
    });
  }

  /** Tells what there is of a collection, as ADDED, and everything that happens to it until `signal`. */
  async watch(path: string, onEvent: (event: KubeEvent) => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#watchOnce(path, onEvent, signal).catch((error) => {
        if (!signal.aborted && error instanceof KubeError) throw error;
      });
    }
  }

  async #watchOnce(path: string, onEvent: (event: KubeEvent) => void, signal: AbortSignal): Promise<void> {
    const answer = await this.#request('GET', `${path}?watch=true`, undefined, signal);
    if (answer.statusCode !== 200) throw new KubeError(answer.statusCode ?? 0, await text(answer));
    for await (const line of createInterface({ input: answer })) onEvent(JSON.parse(line) as KubeEvent);
  }

  async #request(method: string, path: string, body?: object, signal?: AbortSignal): Promise<IncomingMessage> {
    const content = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${this.token}`,
      'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
      // Node would leave it out of a DELETE.
      'content-length': Buffer.byteLength(content),
    };
    const sent = request(`${this.url}${path}`, { method, headers, agent: this.#agent, ...(signal && { signal }) });
    sent.end(content);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return answer;
  }

  close(): void {
    this.#agent.destroy();
  }
}
