import { createServer, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { closeServer, type Logger, listen } from '@blipq/service';
import type { Express } from 'express';
import { closeInStages } from './close-in-stages.js';
import type { OpenRequests } from './gates/open-requests.js';

/** Load balancers keep idle connections for 60 s; closing first would race with a request they just sent. */
const keepAliveTimeoutMs = 75_000;
const headersTimeoutMs = 20_000;
/** For a whole request, the body of a batch included: 4 GiB in this time are 10 Mbit/s. Other bodies have less. */
const requestTimeoutMs = 3_600_000;
/**
 * After all requests have been given up, answers that are not sent within this time are cut off. It is more than the two
 * commands together that such an answer waits for, 1.5 s each while Redis does not answer: a cancel and a look.
 */
const lastWordsMs = 5000;

interface GatewayServerOptions {
  app: Express;
  openRequests: OpenRequests;
  port: number;
  host: string;
  logger: Logger;
  /** How long a stopping server serves on, unready, until proxies send it no more requests, in ms. */
  shutdownDelayMs: number;
  /** How long it then finishes requests that clients wait for, in ms. */
  drainMs: number;
  /** Whether anyone who reaches the port may use it: no keys are configured. */
  openToAll: boolean;
}

/**
 * The listening socket. `stop` turns the server unready and serves on for a while. Then the server accepts no more
 * connections, answers mere waits with the present state, finishes the other requests, and closes.
 */
export class GatewayServer {
  readonly #options: GatewayServerOptions;
  readonly #server: Server;
  #port = 0;

  constructor(options: GatewayServerOptions) {
    this.#options = options;
    this.#server = createServer(
      { keepAliveTimeout: keepAliveTimeoutMs, headersTimeout: headersTimeoutMs, requestTimeout: requestTimeoutMs },
      options.app,
    );
    this.#server.on('request', closeInStages);
  }

  /** The port in use; differs from the setting where that is 0. */
  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    const { port, host, logger } = this.#options;
    this.#port = await listen(this.#server, port, host, 'PORT');
    logger.info({ host, port: this.#port }, 'listening');
    if (this.#options.openToAll && !isLoopback(host)) {
      logger.warn(
        `anyone who can reach ${host}:${this.#port} may submit and read captions; set BLIPQ_API_KEYS or HOST`,
      );
    }
  }

  async stop(): Promise<void> {
    const { openRequests, shutdownDelayMs, drainMs } = this.#options;
    openRequests.leave();
    await delay(shutdownDelayMs);
    const late = setTimeout(() => openRequests.giveUp(), drainMs);
    const tooLate = setTimeout(() => this.#server.closeAllConnections(), drainMs + lastWordsMs);
    openRequests.endWaits();
    await closeServer(this.#server);
    clearTimeout(late);
    clearTimeout(tooLate);
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}
