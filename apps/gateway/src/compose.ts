import { PixelPool } from '@blipq/pixels';
import {
  DeliveryLog,
  EventTokens,
  LiveLook,
  ModelRegistry,
  QueueCensus,
  QueueHealth,
  Reconciler,
  RedisMemory,
  WebhookTests,
  WorkQueue,
} from '@blipq/queue';
import { type Logger, ProcessMetrics, RedisReport, type ServicePart, StartupError, together } from '@blipq/service';
import { SigningSecrets } from '@blipq/webhooks';
import { Registry } from 'prom-client';
import { BentomlMetrics } from './bentoml/bentoml-metrics.js';
import { bentomlSurface } from './bentoml/bentoml-surface.js';
import { chatRoutes } from './chat/chat-routes.js';
import type { GatewayConfig } from './config.js';
import { admitUploads } from './gates/admit-uploads.js';
import { ApiKeys } from './gates/api-keys.js';
import { authenticate } from './gates/authenticate.js';
import { authenticateWatcher } from './gates/authenticate-watcher.js';
import { BodyMemory } from './gates/body-memory.js';
import { OpenRequests } from './gates/open-requests.js';
import { Places } from './gates/places.js';
import { RateLimits } from './gates/rate-limits.js';
import { createHttpApp } from './http-app.js';
import { batchFetcher } from './intake/batch-fetcher.js';
import { BatchIntake } from './intake/batch-intake.js';
import { GatewayMetrics } from './intake/gateway-metrics.js';
import { ImageFetcher } from './intake/image-fetcher.js';
import { ModelCatalog } from './intake/model-catalog.js';
import { WebhookTargets } from './intake/webhook-targets.js';
import { WorkIntake } from './intake/work-intake.js';
import { AdminAccess } from './internal/admin-access.js';
import { AdminBoard } from './internal/admin-board.js';
import { AdminKey } from './internal/admin-key.js';
import { AdminPages } from './internal/admin-pages.js';
import { healthRoutes } from './internal/health-routes.js';
import { InternalServer } from './internal/internal-server.js';
import { LiveView } from './internal/live-view.js';
import { QueueGauges } from './internal/queue-gauges.js';
import { TrustedHeader } from './internal/trusted-header.js';
import { batchHeldBytesMax, workJsonBytesMax } from './request/body-bytes-max.js';
import { v1Routes } from './routes/v1-routes.js';
import { GatewayServer } from './server.js';

export interface Gateway {
  /** In the order in which they start. */
  parts: ServicePart[];
  server: GatewayServer;
  internal: InternalServer;
}

/**
 * Builds the gateway. Nothing connects or listens before `start`.
 *
 * @param patience how long Redis may take to answer a command, where that is not what each client waits by itself
 * @throws StartupError for keys, secrets or networks that cannot be read
 */
export function composeGateway(
  config: GatewayConfig,
  logger: Logger,
  patience: { commandTimeoutMs?: number } = {},
): Gateway {
  const processMetrics = new ProcessMetrics();
  const report = new RedisReport(processMetrics, logger);
  const redis = {
    ...{ redisUrl: config.REDIS_URL, namespace: config.BLIPQ_NAMESPACE, onError: report.error },
    ...patience,
  };
  const bounds = { openMax: config.BLIPQ_QUEUE_MAX, bytesMax: config.BLIPQ_QUEUE_MB_MAX * 1024 ** 2 };

  const memory = new RedisMemory(redis);
  const queue = new WorkQueue({
    ...redis,
    memoryRoom: () => memory.room,
    retentionS: config.BLIPQ_RETENTION_S,
    retryWindowS: config.BLIPQ_RETRY_WINDOW_S,
    reuseS: config.BLIPQ_REUSE_S,
    fetchMax: config.BLIPQ_FETCH_QUEUE_MAX,
    ...bounds,
  });
  const health = new QueueHealth({ ...redis, onWarning: report.warning, onRecovery: report.recovery });
  processMetrics.redisPersists(() => health.persists);
  const deliveries = new DeliveryLog(redis);
  const tests = new WebhookTests(redis);
  const tokens = new EventTokens(redis);
  const registry = new ModelRegistry({
    ...redis,
    onUnreadable: (model, reason) => logger.warn({ model, reason }, 'the manifest of a model cannot be read'),
  });
  const models = new ModelCatalog(registry, config.BLIPQ_MODEL_ABSENT_S * 1000);

  const keys = ApiKeys.load(config.BLIPQ_API_KEYS, config.BLIPQ_API_KEYS_FILE);
  const limits = new RateLimits({ ...redis, keys: keys.all });
  const bodyMemory = new BodyMemory(config.BLIPQ_UPLOADS_MB_MAX * 1024 ** 2);
  const waits = new Places(config.BLIPQ_WAITS_MAX);
  const openRequests = new OpenRequests();
  const bodies = new Places(config.BLIPQ_UPLOADS_MAX);
  const gates = {
    authenticate: authenticate(keys, limits, { hosts: config.BLIPQ_HOSTS, origins: config.BLIPQ_CORS_ORIGINS }),
    admitUpload: admitUploads({ bodies, memory: bodyMemory, heldBytesMax: workJsonBytesMax }),
    admitBatch: admitUploads({ bodies, memory: bodyMemory, heldBytesMax: batchHeldBytesMax.form }),
  };

  const metrics = new GatewayMetrics(processMetrics.registry);
  // Every body that was admitted may have an image in it, and that is never refused for want of a decoder; batches,
  // with several images in hand at once, may be.
  const imagesWaitingMax = config.BLIPQ_UPLOADS_MAX;
  const imageBytesMax = config.BLIPQ_IMAGE_MB_MAX * 1024 ** 2;
  const pixels = new PixelPool({
    ...{ threads: config.BLIPQ_THREADS, waitingMax: imagesWaitingMax },
    limits: { imageBytesMax, pixelsMax: config.BLIPQ_IMAGE_MEGAPIXELS_MAX * 1e6 },
  });
  const fetcher = imageFetcher(config);
  const webhooks = webhookTargets(config);
  const secrets = SigningSecrets.load(config);
  const decodes = new Places(config.BLIPQ_THREADS + imagesWaitingMax);
  const intake = new WorkIntake({
    ...{ models, pixels, queue, fetcher, webhooks, bodyMemory, decodes, metrics },
    badWords: config.BLIPQ_BAD_WORDS,
  });
  const batches = new BatchIntake({ intake, queue, webhooks });
  const fetches = batchFetcher({
    ...{ ...redis, ...bounds, intake, memoryRoom: () => memory.room, reuseS: config.BLIPQ_REUSE_S },
    ...{ concurrency: config.BLIPQ_FETCHES_MAX, perHost: config.BLIPQ_FETCH_PER_HOST },
    aheadMax: Math.max(1, Math.min(config.BLIPQ_FETCH_AHEAD, Math.floor(bounds.openMax / 4))),
    aheadBytesMax: bounds.bytesMax / 4,
    decodesMax: Math.max(1, Math.floor(config.BLIPQ_THREADS / 2)),
    onFetch: metrics.fetched,
    ...(config.BLIPQ_FETCH_RETRIES_MS && { pausesMs: config.BLIPQ_FETCH_RETRIES_MS }),
  });

  const bentomlMetrics = new BentomlMetrics();
  const app = createHttpApp({
    ...{ openRequests, logger, keysRequired: keys.required },
    probes: healthRoutes({ health, memory, models, openRequests }),
    chat: chatRoutes({
      ...{ ...gates, intake, queue, models, waits, logger },
      timeoutS: config.BLIPQ_GENERATE_TIMEOUT_S,
    }),
    v1: v1Routes({
      ...{ ...gates, authenticateWatcher: authenticateWatcher(keys, tokens), limits, waits, logger },
      ...{ intake, batches, queue, deliveries, secrets, webhooks, tests, tokens, models },
    }),
    surface: bentomlSurface({
      ...{ ...gates, intake, queue, waits, logger, metrics: bentomlMetrics },
      generateTimeoutS: config.BLIPQ_GENERATE_TIMEOUT_S,
    }),
    logClients: config.BLIPQ_LOG_CLIENTS,
    corsOrigins: config.BLIPQ_CORS_ORIGINS,
    trustProxy: trustProxy(config.BLIPQ_TRUST_PROXY),
  });
  const server = new GatewayServer({
    ...{ app, openRequests, port: config.PORT, host: config.HOST, logger },
    ...{ shutdownDelayMs: config.BLIPQ_SHUTDOWN_DELAY_MS, drainMs: config.BLIPQ_DRAIN_MS },
    openToAll: !keys.required,
  });

  const census = new QueueCensus(redis);
  const gauges = new QueueGauges({ census, memory, ...bounds });
  const access = new AdminAccess({
    key: AdminKey.load(config.BLIPQ_ADMIN_KEY, config.BLIPQ_ADMIN_KEY_FILE),
    header: TrustedHeader.load(config.BLIPQ_ADMIN_TRUST_HEADER, config.BLIPQ_ADMIN_TRUST_PROXIES),
  });
  const board = new AdminBoard(async () => new (await import('./internal/board-page.js')).BoardPage(redis));
  const live = new LiveView({ look: new LiveLook(redis), census, registry, health, memory, ...bounds });
  const internal = new InternalServer({
    census,
    admin: access.isOpen ? new AdminPages({ access, pages: [live, board], logger }) : undefined,
    metrics: Registry.merge([bentomlMetrics.registry, processMetrics.registry, gauges.registry]),
    port: config.BLIPQ_INTERNAL_PORT,
    host: config.BLIPQ_INTERNAL_HOST ?? config.HOST,
    logger,
  });
  // Deadlines and repairs must not depend on workers, of which there may be none.
  const reconciler = new Reconciler({ ...redis, onSweep: metrics.swept });
  const pool: ServicePart = { start: () => {}, stop: () => pixels.stop() };
  return {
    parts: [
      // Each waits 2 s for an unresponsive Redis. One after the other they would delay the probes for too long.
      together([
        ...[queue, memory, health, deliveries, tests, tokens, registry, limits, fetcher, fetches, pool, census],
        ...[reconciler, ...(access.isOpen ? [live, board] : [])],
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
      imageBytesMax: config.BLIPQ_IMAGE_MB_MAX * 1024 ** 2,
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
