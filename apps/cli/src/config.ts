import { hubSettings } from '@blipq/hub';
import { deploymentSettings } from '@blipq/service';
import { z } from 'zod';

/** The settings that decide where the worker looks for a model, so that what is prepared is what it will find. */
export const commandSettings = z.object({
  ...hubSettings,
  BLIPQ_CACHE: deploymentSettings.BLIPQ_CACHE,
  BLIPQ_THREADS: deploymentSettings.BLIPQ_THREADS,
  BLIPQ_PRECISION: deploymentSettings.BLIPQ_PRECISION,
  BLIPQ_DEVICE: deploymentSettings.BLIPQ_DEVICE,
});
export type CommandConfig = z.infer<typeof commandSettings>;

/** What a worker reads besides: its environment is often this command's, and no mistake there. */
export const workersOwnSettings = [
  ...['BLIPQ_MODEL', 'BLIPQ_NAMESPACE', 'BLIPQ_BATCH_MAX', 'BLIPQ_BATCH_MS', 'BLIPQ_BATCH_DEADLINE_MS'],
  ...['BLIPQ_HEALTH_PORT', 'BLIPQ_LOG_LEVEL', 'BLIPQ_DRAIN_MS', 'BLIPQ_CACHE_DAYS', 'BLIPQ_ENGINES'],
];
