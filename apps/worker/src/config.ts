import { redisUrl } from '@blipq/contracts';
import { hubSettings } from '@blipq/hub';
import { deploymentSettings, setting } from '@blipq/service';
import { z } from 'zod';

/** The worker's settings, by the names of their environment variables. */
export const workerSettings = z.object({
  REDIS_URL: redisUrl.default('redis://127.0.0.1:6379'),
  BLIPQ_NAMESPACE: deploymentSettings.BLIPQ_NAMESPACE,
  BLIPQ_MODEL: deploymentSettings.BLIPQ_MODEL,
  ...hubSettings,
  BLIPQ_CACHE: deploymentSettings.BLIPQ_CACHE,
  BLIPQ_CACHE_DAYS: setting.wholeNumber(0, 36_500).default(30).meta({
    purpose: 'Number of days without use after which a starting worker removes graphs from its cache; 0 keeps them',
  }),
  BLIPQ_PRECISION: deploymentSettings.BLIPQ_PRECISION,
  BLIPQ_DEVICE: deploymentSettings.BLIPQ_DEVICE,
  BLIPQ_THREADS: deploymentSettings.BLIPQ_THREADS,
  BLIPQ_ENGINES: setting.wholeNumber(1, 64).default(1).meta({
    purpose:
      'Number of [engine processes](../how-to/scale.md#engines) that share `BLIPQ_THREADS`, at most as many: 1 for the shortest time of a caption, one per core for the most captions per second',
    essential: true,
  }),
  BLIPQ_BATCH_MAX: setting.wholeNumber(1, 256).default(8).meta({
    purpose:
      'Largest number of captions, answers or matches in a batch; a worker holds a batch for each engine and one more',
    essential: true,
  }),
  BLIPQ_BATCH_MS: setting.wholeNumber(0).default(1000).meta({
    purpose:
      'How many milliseconds a batch should take at most, so that others’ captions do not wait long for it: it has fewer rows where they take long; 0 for the largest throughput',
    essential: true,
  }),
  BLIPQ_BATCH_DEADLINE_MS: setting.wholeNumber(1000).default(120_000).meta({
    purpose:
      'Least time in milliseconds after which a batch counts as hung and the engine is restarted; a larger batch gets ten times its expected time',
    essential: true,
  }),
  HOST: deploymentSettings.HOST,
  BLIPQ_HEALTH_PORT: deploymentSettings.BLIPQ_HEALTH_PORT.default(3001),
  BLIPQ_LOG_LEVEL: deploymentSettings.BLIPQ_LOG_LEVEL,
  BLIPQ_DRAIN_MS: deploymentSettings.BLIPQ_DRAIN_MS,
});
export type WorkerConfig = z.infer<typeof workerSettings>;
