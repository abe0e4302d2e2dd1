import { createServer, type Server, type ServerResponse } from 'node:http';
import { closeServer, listen } from './listen.js';
import type { MetricsText } from './process-metrics.js';

export interface Readiness {
  ready: boolean;
  /** Why not, for a person reading the probe's answer. */
  reason?: string;
}

export interface HealthServerOptions {
  port: number;
  host: string;
  ready: () => Promise<Readiness>;
  /** What `/metrics` prints; without it there is no such path. */
  metrics?: MetricsText;
  /** The variable that chose the port, for the message when it is taken. */
  portSetting?: string;
}

/**
 * Answers `/livez` (the event loop turns), `/readyz` (the process can do its work) and `/metrics` for a process without
 * an HTTP server of its own. Liveness asks nobody, so an unreachable Redis never gets the process killed.
 */
export class HealthServer {
  readonly #options: HealthServerOptions;
  readonly #server: Server;
  #port = 0;

  constructor(options: HealthServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      const path = request.url?.split('?')[0];
      if (path === '/livez') return answer(response, 200, '\n');
      if (path === '/readyz') return void this.#answerReadiness(response);
      if (path === '/metrics' && options.metrics !== undefined) return void answerMetrics(response, options.metrics);
      answer(response, 404, 'not found\n');
    });
  }

  /** The port in use, which matters when 0 was asked for. */
  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    const { port, host, portSetting = 'BLIPQ_HEALTH_PORT' } = this.#options;
    this.#port = await listen(this.#server, port, host, portSetting);
  }

  async stop(): Promise<void> {
    await closeServer(this.#server);
  }

  async #answerReadiness(response: ServerResponse): Promise<void> {
    const { ready, reason } = await this.#options
      .ready()
      .catch((error: Error): Readiness => ({ ready: false, reason: error.message }));
    answer(response, ready ? 200 : 503, ready ? '\n' : `${reason ?? 'not ready'}\n`);
  }
}

/** Prints metrics in Prometheus's text format. */
export async function answerMetrics(response: ServerResponse, metrics: MetricsText): Promise<void> {
  try {
    const text = await metrics.metrics();
    response.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' }).end(text);
  } catch (error) {
    answer(response, 500, `${(error as Error).message}\n`);
  }
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }).end(body);
}
