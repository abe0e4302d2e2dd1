import { createServer, type Server, type ServerResponse } from 'node:http';
import type { QueueCensus } from '@blipq/queue';
import { answerMetrics, closeServer, type Logger, listen, type MetricsText } from '@blipq/service';
import type { AdminPages } from './admin-pages.js';
import { workerDemand } from './worker-demand.js';

interface InternalServerOptions {
  census: Pick<QueueCensus, 'take'>;
  metrics: MetricsText;
  /** Undefined where nobody is let in. */
  admin: Pick<AdminPages, 'answer'> | undefined;
  port: number;
  host: string;
  logger: Logger;
}

/**
 * Serves requests of the cluster alone, on a port of its own: `/internal/scale` for autoscalers, `/metrics`, and the
 * operators' pages.
 */
export class InternalServer {
  readonly #options: InternalServerOptions;
  readonly #server: Server;
  #port = 0;

  constructor(options: InternalServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      const [path = '', query] = request.url?.split('?') ?? [];
      if (path === '/internal/scale') {
        return void this.#answerScale(response, new URLSearchParams(query).get('model'));
      }
      if (options.admin && /^\/admin(\/|$)/.test(path)) return void options.admin.answer(request, response);
      if (path === '/metrics') return void answerMetrics(response, options.metrics);
      answer(response, 404, { error: 'not found' });
    });
  }

  /** The port in use; differs from the setting where that is 0. */
  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    const { port, host, logger } = this.#options;
    this.#port = await listen(this.#server, port, host, 'BLIPQ_INTERNAL_PORT');
    logger.info({ host, internalPort: this.#port }, 'listening for metrics and autoscaling');
  }

  async stop(): Promise<void> {
    await closeServer(this.#server);
  }

  /**
   * Demand of all models, or of one. 503 when Redis does not answer, so that no autoscaler takes an outage for an empty queue
   * and stops the workers.
   */
  async #answerScale(response: ServerResponse, model: string | null): Promise<void> {
    if (model?.trim() === '')
      return answer(response, 400, { error: 'model is empty; name one, or leave it out for all' });
    try {
      const count = await this.#options.census.take();
      if (model !== null) {
        return answer(response, 200, { demand: workerDemand(count, model), registered: count.models.has(model) });
      }
      const { waiting, active, delayed, due, unfetched, jobless, paused, models } = count;
      const places = { waiting, active, delayed, due, unfetched, jobless, paused };
      answer(response, 200, { demand: workerDemand(count), ...places, models: models.size });
    } catch (error) {
      answer(response, 503, { error: (error as Error).message });
    }
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}
