import type { CaptionResource } from '@blipq/contracts';
import type { NextFunction, Request, Response } from 'express';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { bentomlService } from './bentoml-service.js';

/** BentoML's own: of the request duration in seconds, and of the batch size. */
const durationBucketsS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 180];
const batchSizeBuckets = [1, 2, 4, 8, 16, 32, 64, 100];

/** The labels of a service that BentoML runs without a bento. */
const service = {
  service_name: bentomlService.name,
  runner_name: bentomlService.name,
  service_version: 'not available',
};
const serviceLabels = ['service_name', 'service_version', 'runner_name'] as const;

const generateRoutes = ['', '/submit', '/status', '/get', '/retry', '/cancel'].map(
  (action) => `/${bentomlService.api}${action}`,
);
const knownEndpoints = new Set([...generateRoutes, '/schema.json', '/docs.json', '/livez', '/readyz', '/healthz']);

/** A path's label. Callers choose paths freely, so all but a fixed few must share one. */
function endpointOf(path: string): string {
  if (knownEndpoints.has(path)) return path;
  return path === '/v1' || path.startsWith('/v1/') ? '/v1' : 'other';
}

/** The client hung up before it had its answer. The code is never sent; nginx logs this case under it. */
const clientClosedRequest = '499';

/** BentoML's request metrics, under its names and with its labels, so that its dashboards and alerts go on working. */
export class BentomlMetrics {
  /** These metrics alone: BentoML serves them to everyone, at `/metrics` of the public port. */
  readonly registry = new Registry();
  readonly #total;
  readonly #duration;
  readonly #inProgress;
  readonly #batchSize;

  constructor() {
    const registers = [this.registry];
    const named = (name: string, help: string) => ({ name: `bentoml_service_${name}`, help, registers });
    const answered = ['endpoint', 'http_response_code', ...serviceLabels] as const;
    this.#total = new Counter({ ...named('request_total', 'HTTP requests answered'), labelNames: answered });
    this.#duration = new Histogram({
      ...named('request_duration_seconds', 'Time from a request to the end of its answer'),
      labelNames: answered,
      buckets: durationBucketsS,
    });
    this.#inProgress = new Gauge({
      ...named('request_in_progress', 'HTTP requests that have no answer yet'),
      labelNames: ['endpoint', ...serviceLabels],
    });
    this.#batchSize = new Histogram({
      ...named('adaptive_batch_size', 'Size of the batch that a caption ran in, once per caption'),
      labelNames: ['worker_index', 'method_name', ...serviceLabels],
      buckets: batchSizeBuckets,
    });
    // So that rate() sees the first request of an endpoint too.
    for (const endpoint of generateRoutes)
      for (const http_response_code of ['200', '500']) this.#total.inc({ endpoint, http_response_code, ...service }, 0);
  }

  /** Counts and times every request but those for the metrics themselves. */
  readonly track = (req: Request, res: Response, next: NextFunction): void => {
    if (req.path !== '/metrics') this.#follow(req, res);
    next();
  };

  #follow(req: Request, res: Response): void {
    const endpoint = endpointOf(req.path);
    const inProgress = { endpoint, ...service };
    const startedAtMs = performance.now();
    this.#inProgress.inc(inProgress);
    res.once('close', () => {
      this.#inProgress.dec(inProgress);
      const http_response_code = res.writableFinished ? String(res.statusCode) : clientClosedRequest;
      const labels = { endpoint, http_response_code, ...service };
      this.#total.inc(labels);
      this.#duration.observe(labels, (performance.now() - startedAtMs) / 1000);
    });
  }

  /** Records the size of the batch that a caption ran in. Workers share one queue and so have no index. */
  observeBatch({ timings }: CaptionResource): void {
    if (timings === null) return;
    this.#batchSize.observe({ worker_index: '0', method_name: bentomlService.api, ...service }, timings.batch_size);
  }
}
