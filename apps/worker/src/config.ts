import { homedir } from 'node:os';
import { join } from 'node:path';
import { redisUrl } from '@blipq/contracts';
import { hubSettings } from '@blipq/hub';
import { setting } from '@blipq/service';
import { z } from 'zod';

/** The worker's settings, by the names of their environment variables. */
export const workerSettings = z.object({
  REDIS_URL: redisUrl.default('redis://127.0.0.1:6379'),
  BLIPQ_NAMESPACE: setting.name().default('blipq'),
  BLIPQ_MODEL: setting.text('the folder of a BLIP checkpoint, or owner/name[@revision] on the Hugging Face Hub'),
  ...hubSettings,
  /** Where built graphs are kept. */
  BLIPQ_CACHE: setting.text('the folder for built graphs').default(() => join(homedir(), '.cache', 'blipq')),
  /** What the model computes in and on; see docs/precision.md. */
  BLIPQ_PRECISION: setting.oneOf(['auto', 'fp32', 'int8', 'fp16']).default('auto'),
  BLIPQ_DEVICE: setting.oneOf(['auto', 'cpu', 'cuda']).default('auto'),
  /** Threads that the model computes with. */
  BLIPQ_THREADS: setting.threads(),
  /** Most captions in one batch. */
  BLIPQ_BATCH_MAX: setting.wholeNumber(1, 256).default(8),
  /** A batch that takes longer has hung. */
  BLIPQ_BATCH_DEADLINE_MS: setting.wholeNumber(1000).default(120_000),
  HOST: setting.text('an address to listen on').default('0.0.0.0'),
  BLIPQ_HEALTH_PORT: setting.port().default(3001),
  BLIPQ_LOG_LEVEL: setting.logLevel().default('info'),
  /** A stop: how long captions in hand may take to end; then they are given back to the queue. */
  BLIPQ_DRAIN_MS: setting.wholeNumber(0, 3_600_000).default(15_000),
});
export type WorkerConfig = z.infer<typeof workerSettings>;
