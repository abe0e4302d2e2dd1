import { PixelPool } from '@blipq/pixels';
import { CaptionQueue, ModelRegistry } from '@blipq/queue';
import type { Logger, ServicePart } from '@blipq/service';
import { CaptionIntake } from './caption-intake.js';
import type { GatewayConfig } from './config.js';
import { createHttpApp } from './http-app.js';
import { OpenRequests } from './open-requests.js';
import { ServedModel } from './served-model.js';
import { GatewayServer } from './server.js';

export interface Gateway {
  /** In the order in which they start. */
  parts: ServicePart[];
  server: GatewayServer;
}

/** Builds the gateway. Nothing connects or listens before `start`. */
export function composeGateway(config: GatewayConfig, logger: Logger): Gateway {
  const redis = {
    redisUrl: config.REDIS_URL,
    namespace: config.BLIPQ_NAMESPACE,
    onError: (error: Error) => logger.warn({ err: error }, 'Redis'),
  };
  const queue = new CaptionQueue({ ...redis, retentionS: config.BLIPQ_RETENTION_S });
  const registry = new ModelRegistry(redis);
  const pixels = new PixelPool({ threads: config.BLIPQ_THREADS });
  const model = new ServedModel(registry);
  const intake = new CaptionIntake({ model, pixels, queue });
  const openRequests = new OpenRequests();
  const app = createHttpApp({
    intake,
    queue,
    model,
    openRequests,
    logger,
    generateTimeoutS: config.BLIPQ_GENERATE_TIMEOUT_S,
  });
  const server = new GatewayServer({ app, openRequests, port: config.PORT, host: config.HOST, logger });
  return { parts: [queue, registry, { start: () => {}, stop: () => pixels.stop() }, server], server };
}
