import { homedir } from 'node:os';
import { join } from 'node:path';
import { hubSettings } from '@blipq/hub';
import { setting } from '@blipq/service';
import { z } from 'zod';

/** The settings that decide where the worker looks for a model, so that what is prepared is what it will find. */
export const commandSettings = z.object({
  ...hubSettings,
  BLIPQ_CACHE: setting.text('the folder for built graphs').default(() => join(homedir(), '.cache', 'blipq')),
  BLIPQ_THREADS: setting.threads(),
  BLIPQ_PRECISION: setting.oneOf(['auto', 'fp32', 'int8', 'fp16']).default('auto'),
  BLIPQ_DEVICE: setting.oneOf(['auto', 'cpu', 'cuda']).default('auto'),
});
export type CommandConfig = z.infer<typeof commandSettings>;

/** What a worker reads besides: its environment is often this command's, and no mistake there. */
export const workersOwnSettings = [
  ...['BLIPQ_MODEL', 'BLIPQ_NAMESPACE', 'BLIPQ_BATCH_MAX', 'BLIPQ_BATCH_DEADLINE_MS', 'BLIPQ_HEALTH_PORT'],
  ...['BLIPQ_LOG_LEVEL', 'BLIPQ_DRAIN_MS'],
];
