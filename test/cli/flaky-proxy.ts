import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { freePort } from '../../packages/test-servers/src/free-port.js';

/** Stands before a server on a port of its own, and can be away or answer instead of it. */
export class FlakyProxy {
  readonly #target: string;
  #server: Server | undefined;
  #port = 0;
  /** A status that is answered instead of asking the server. */
  answerInstead: number | undefined;
  /** So many requests are cut off before one is let through. */
  cutsLeft = 0;
  /** Requests that were cut off. */
  cuts = 0;

  constructor(target: string) {
    this.#target = target;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<this> {
    this.#server = createServer((req, res) => {
      if (this.cutsLeft > 0) {
        this.cutsLeft--;
        this.cuts++;
        return void res.destroy();
      }
      if (this.answerInstead !== undefined) {
        const problem = { code: 'unauthorized', detail: 'This API key is not known.', retryable: false };
        req.resume();
        return void res
          .writeHead(this.answerInstead, { 'content-type': 'application/problem+json' })
          .end(JSON.stringify(problem));
      }
      const onwards = request(
        new URL(req.url!, this.#target),
        { method: req.method, headers: req.headers },
        (answer) => {
          res.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(res);
        },
      );
      onwards.on('error', () => res.destroy());
      res.on('close', () => onwards.destroy());
      req.pipe(onwards);
    });
    // Nobody else is given it while the proxy is away.
    this.#port ||= await freePort();
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  /** Nobody listens any more, and connections that are open break. */
  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    this.#server?.close();
    if (this.#server?.listening) await once(this.#server, 'close');
  }
}
