import { availableParallelism } from 'node:os';
import { setting } from '@blipq/service';
import { z } from 'zod';

/** The gateway's settings, by the names of their environment variables. */
export const gatewaySettings = z.object({
  PORT: setting.port().default(3000),
  HOST: setting.text('an address to listen on').default('0.0.0.0'),
  REDIS_URL: setting.redisUrl().default('redis://127.0.0.1:6379'),
  BLIPQ_NAMESPACE: setting.name().default('blipq'),
  /** How long a finished caption can be read. */
  BLIPQ_RETENTION_S: setting.wholeNumber(60).default(86_400),
  /** How long `POST /generate` waits for its caption. */
  BLIPQ_GENERATE_TIMEOUT_S: setting.wholeNumber(1, 3600).default(60),
  /** Threads that decode and resize images. */
  BLIPQ_THREADS: setting.wholeNumber(1, 64).default(() => availableParallelism()),
  BLIPQ_LOG_LEVEL: setting.logLevel().default('info'),
});
export type GatewayConfig = z.infer<typeof gatewaySettings>;
