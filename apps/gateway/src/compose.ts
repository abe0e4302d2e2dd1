import { PixelPool } from '@blipq/pixels';
import { CaptionQueue, DeliveryLog, ModelRegistry, QueueCensus, QueueHealth, Reconciler } from '@blipq/queue';
import { type Logger, ProcessMetrics, RedisReport, type ServicePart, StartupError, together } from '@blipq/service';
import { Registry } from 'prom-client';
import { BentomlMetrics } from './bentoml/bentoml-metrics.js';
import type { GatewayConfig } from './config.js';
import { ApiKeys } from './gates/api-keys.js';
import { OpenRequests } from './gates/open-requests.js';
import { Places } from './gates/places.js';
import { RateLimits } from './gates/rate-limits.js';
import { createHttpApp } from './http-app.js';
import { GatewayMetrics } from './intake/gateway-metrics.js';
import { ImageFetcher } from './intake/image-fetcher.js';
import { ServedModel } from './intake/served-model.js';
import { WebhookTargets } from './intake/webhook-targets.js';
import { CaptionIntake } from './intake/work-intake.js';
import { AdminBoard } from './internal/admin-board.js';
import { AdminKey } from './internal/admin-key.js';
import { InternalServer } from './internal/internal-server.js';
import { QueueGauges } from './internal/queue-gauges.js';
import { GatewayServer } from './server.js';

/** Images that may wait for a thread: a second of work or so. */
const imagesWaitingMax = 64;

export interface Gateway {
  /** In the order in which they start. */
  parts: ServicePart[];
  server: GatewayServer;
  internal: InternalServer;
}

/**
 * Builds the gateway. Nothing connects or listens before `start`.
 *
 * @throws StartupError for keys or networks that cannot be read
 */
export function composeGateway(config: GatewayConfig, logger: Logger): Gateway {
  const processMetrics = new ProcessMetrics();
  const gatewayMetrics = new GatewayMetrics(processMetrics.registry);
  const report = new RedisReport(processMetrics, logger);
  const redis = {
    redisUrl: config.REDIS_URL,
    namespace: config.BLIPQ_NAMESPACE,
    onError: report.error,
  };
  const bounds = { captionsMax: config.BLIPQ_QUEUE_MAX, bytesMax: config.BLIPQ_QUEUE_MB_MAX * 1024 ** 2 };
  const keys = ApiKeys.load(config.BLIPQ_API_KEYS, config.BLIPQ_API_KEYS_FILE);
  const limits = new RateLimits({ ...redis, keys: keys.all, logger });
  const queue = new CaptionQueue({
    ...redis,
    retentionS: config.BLIPQ_RETENTION_S,
    retryWindowS: config.BLIPQ_RETRY_WINDOW_S,
    reuseS: config.BLIPQ_REUSE_S,
    ...bounds,
  });
  const health = new QueueHealth({ ...redis, onWarning: report.warning, onRecovery: report.recovery });
  processMetrics.redisPersists(() => health.persists);
  const deliveries = new DeliveryLog(redis);
  const webhooks = webhookTargets(config);
  const registry = new ModelRegistry(redis);
  const pixels = new PixelPool({ threads: config.BLIPQ_THREADS, waitingMax: imagesWaitingMax });
  const model = new ServedModel(registry);
  const fetcher = imageFetcher(config);
  const uploadBytes = new Places(config.BLIPQ_UPLOADS_MB_MAX * 1024 ** 2);
  const decodes = new Places(config.BLIPQ_THREADS + imagesWaitingMax);
  const openRequests = new OpenRequests();
  // BentoML's are public, as they are there.
  const metrics = new Registry();
  const app = createHttpApp({
    intake: new CaptionIntake({
      model,
      pixels,
      queue,
      fetcher,
      webhooks,
      uploadBytes,
      decodes,
      metrics: gatewayMetrics,
    }),
    queue,
    health,
    deliveries,
    webhooks,
    model,
    openRequests,
    keys,
    limits,
    logger,
    metrics,
    bentomlMetrics: new BentomlMetrics(metrics),
    generateTimeoutS: config.BLIPQ_GENERATE_TIMEOUT_S,
    uploads: new Places(config.BLIPQ_UPLOADS_MAX),
    uploadBytes,
    waits: new Places(config.BLIPQ_WAITS_MAX),
    corsOrigins: config.BLIPQ_CORS_ORIGINS,
    trustProxy: trustProxy(config.BLIPQ_TRUST_PROXY),
  });
  const server = new GatewayServer({
    ...{ app, openRequests, port: config.PORT, host: config.HOST, logger },
    ...{ shutdownDelayMs: config.BLIPQ_SHUTDOWN_DELAY_MS, drainMs: config.BLIPQ_DRAIN_MS },
    openToAll: !keys.required,
  });
  const census = new QueueCensus(redis);
  new QueueGauges({ registry: processMetrics.registry, census, ...bounds });
  const adminKey = AdminKey.load(config.BLIPQ_ADMIN_KEY, config.BLIPQ_ADMIN_KEY_FILE);
  const board = adminKey && new AdminBoard({ key: adminKey, redis, logger });
  const internal = new InternalServer({
    ...{ census, board },
    metrics: Registry.merge([metrics, processMetrics.registry]),
    port: config.BLIPQ_INTERNAL_PORT,
    host: config.BLIPQ_INTERNAL_HOST ?? config.HOST,
    logger,
  });
  // Deadlines and repairs must not wait for workers, of which there may be none.
  const reconciler = new Reconciler({ ...redis, onSweep: gatewayMetrics.swept });
  const pool: ServicePart = { start: () => {}, stop: () => pixels.stop() };
  return {
    parts: [
      // Each waits 2 s for a Redis that says nothing: one after the other, and nobody could be told why we are unready.
      together([
        ...[queue, health, deliveries, registry, limits, fetcher, pool, census, reconciler],
        ...(board ? [board] : []),
      ]),
      internal,
      server,
    ],
    ...{ server, internal },
  };
}

function imageFetcher(config: GatewayConfig): ImageFetcher {
  try {
    return new ImageFetcher({
      allow: config.BLIPQ_FETCH_ALLOW,
      allowHttp: config.BLIPQ_FETCH_HTTP,
      ports: config.BLIPQ_FETCH_PORTS,
      timeoutMs: config.BLIPQ_FETCH_TIMEOUT_MS,
    });
  } catch (error) {
    throw new StartupError(`BLIPQ_FETCH_ALLOW: ${(error as Error).message}`, { cause: error });
  }
}

function webhookTargets(config: GatewayConfig): WebhookTargets {
  try {
    return new WebhookTargets({
      allow: config.BLIPQ_WEBHOOK_ALLOW,
      allowHttp: config.BLIPQ_WEBHOOK_HTTP,
      ports: config.BLIPQ_WEBHOOK_PORTS,
    });
  } catch (error) {
    throw new StartupError(`BLIPQ_WEBHOOK_ALLOW: ${(error as Error).message}`, { cause: error });
  }
}

/** One number is a count of hops. */
function trustProxy(words: string[]): number | string[] {
  const [first = ''] = words;
  return words.length === 1 && /^\d{1,2}$/.test(first) ? Number(first) : words;
}
