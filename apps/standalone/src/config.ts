import { redisUrl } from '@blipq/contracts';
import { setting } from '@blipq/service';
import { z } from 'zod';

/** Settings that go through to a child process, which checks them; here they only have to be known. */
const passedOn = (takes: string) => setting.text(takes).optional();

/** Settings that only the gateway reads. */
export const gatewayOnly = {
  BLIPQ_GENERATE_TIMEOUT_S: passedOn('how long POST /generate waits, in seconds'),
  BLIPQ_API_KEYS: passedOn('a JSON list of keys'),
  BLIPQ_ADMIN_KEY: passedOn('the key that opens /admin/queues'),
  BLIPQ_ADMIN_KEY_FILE: passedOn('the path of a file with it'),
  BLIPQ_API_KEYS_FILE: passedOn('the path of a file with a JSON list of keys'),
  BLIPQ_REUSE_S: passedOn('how long a result answers equal captions, in seconds'),
  BLIPQ_RETRY_WINDOW_S: passedOn('how long an image is kept for a retry, in seconds'),
  BLIPQ_QUEUE_MAX: passedOn('how many captions may be open'),
  BLIPQ_QUEUE_MB_MAX: passedOn('how much memory images may take in Redis, in megabytes'),
  BLIPQ_UPLOADS_MAX: passedOn('how many uploads may be under way at once'),
  BLIPQ_UPLOADS_MB_MAX: passedOn('how much memory uploads may take, in MiB'),
  BLIPQ_WAITS_MAX: passedOn('how many requests may wait for captions at once'),
  BLIPQ_FETCH_ALLOW: passedOn('networks inside that images may be fetched from'),
  BLIPQ_FETCH_PORTS: passedOn('ports that images may be fetched from'),
  BLIPQ_FETCH_HTTP: passedOn('1 to fetch images over http: too'),
  BLIPQ_FETCH_TIMEOUT_MS: passedOn('how long fetching an image may take, in milliseconds'),
  BLIPQ_CORS_ORIGINS: passedOn('origins whose pages may call'),
  BLIPQ_TRUST_PROXY: passedOn('proxies that are believed'),
};

export const standaloneConfig = z.object({
  ...gatewayOnly,
  PORT: setting.wholeNumber(1, 65_535).default(3000),
  HOST: setting.text('the address to listen on').default('0.0.0.0'),
  REDIS_URL: redisUrl.optional(),
  BLIPQ_DIR: setting.text('the folder for everything BlipQ keeps').default('.blipq'),
  BLIPQ_MODEL: setting
    .text('the folder of a BLIP checkpoint, or owner/name[@revision] on the Hugging Face Hub')
    .optional(),
  BLIPQ_CACHE: setting.text('the folder for built graphs').optional(),
  BLIPQ_NO_INSTALL: setting.flag().default(false),
  BLIPQ_LOG_LEVEL: setting.logLevel().optional(),
  BLIPQ_HEALTH_PORT: setting.port().default(0),
  BLIPQ_INTERNAL_PORT: setting.port().default(0),
  BLIPQ_NAMESPACE: passedOn('the first part of every Redis key'),
  BLIPQ_THREADS: passedOn('the number of CPU threads for the model'),
  BLIPQ_PRECISION: passedOn('what the model computes in'),
  BLIPQ_DEVICE: passedOn('what the model computes on'),
  BLIPQ_BATCH_MAX: passedOn('the largest batch'),
  BLIPQ_BATCH_DEADLINE_MS: passedOn('the longest a batch may run, in milliseconds'),
  BLIPQ_RETENTION_S: passedOn('how long a caption is kept, in seconds'),
  BLIPQ_WEBHOOK_SECRET: passedOn('one or more secrets that sign webhooks'),
  BLIPQ_WEBHOOK_SECRETS: passedOn('a JSON object of secrets that sign webhooks'),
  BLIPQ_WEBHOOK_SECRETS_FILE: passedOn('the path of a file with a JSON object of secrets'),
  BLIPQ_WEBHOOK_ALLOW: passedOn('networks inside that webhooks may be sent to'),
  BLIPQ_WEBHOOK_PORTS: passedOn('ports that webhooks may be sent to'),
  BLIPQ_WEBHOOK_HTTP: passedOn('1 to send webhooks over http: too'),
  BLIPQ_WEBHOOK_RETRIES_MS: passedOn('pauses between attempts in milliseconds'),
  BLIPQ_WEBHOOK_TIMEOUT_MS: passedOn('how long a receiver may take, in milliseconds'),
});

export type StandaloneConfig = z.infer<typeof standaloneConfig>;
