import { redisUrl } from '@blipq/contracts';
import { setting } from '@blipq/service';
import { z } from 'zod';

/** Words with commas or white space between them; none when unset. */
const list = (takes: string) =>
  z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((word) => word !== ''))
    .describe(takes);

const numbers = (takes: string, min: number, max: number) =>
  list(takes)
    .pipe(z.array(z.coerce.number<string>().int().min(min).max(max)))
    .describe(takes);

const dayMs = 86_400_000;

/** The notifier's settings, by the names of their environment variables. */
export const notifierSettings = z.object({
  REDIS_URL: redisUrl.default('redis://127.0.0.1:6379'),
  BLIPQ_NAMESPACE: setting.name().default('blipq'),
  /** What signs for callers whose API key names no other secret: the newest first, then those that are still valid. */
  BLIPQ_WEBHOOK_SECRET: setting.text('one or more secrets as "blipq webhooks secret" makes them').optional(),
  /** Secrets by name, itself or in a file. */
  BLIPQ_WEBHOOK_SECRETS: setting.text('a JSON object of secrets, as docs/webhooks.md describes it').optional(),
  BLIPQ_WEBHOOK_SECRETS_FILE: setting.text('the path of a file with a JSON object of secrets').optional(),
  /** Networks inside that webhooks may be sent to, although they are not public. */
  BLIPQ_WEBHOOK_ALLOW: list('addresses and networks such as 10.1.0.0/16').default([]),
  /** Ports that webhooks may be sent to beside 443 and 80. */
  BLIPQ_WEBHOOK_PORTS: numbers('port numbers', 1, 65_535).default([]),
  /** Lets webhooks be sent over http: as well. */
  BLIPQ_WEBHOOK_HTTP: setting.flag().default(false),
  /** Pauses before the second and every further attempt; unset: 5 s to 24 h, nine in all. */
  BLIPQ_WEBHOOK_RETRIES_MS: numbers('pauses in milliseconds', 0, dayMs).optional(),
  BLIPQ_WEBHOOK_CONNECT_TIMEOUT_MS: setting.wholeNumber(10, 60_000).default(5000),
  BLIPQ_WEBHOOK_TIMEOUT_MS: setting.wholeNumber(10, 60_000).default(15_000),
  /** Requests to one host at once. */
  BLIPQ_WEBHOOK_PER_HOST: setting.wholeNumber(1, 100).default(4),
  /** An endpoint that has failed for so long without a success is disabled. */
  BLIPQ_WEBHOOK_FAILING_MAX_S: setting.wholeNumber(1).default(432_000),
  HOST: setting.text('an address to listen on').default('0.0.0.0'),
  BLIPQ_HEALTH_PORT: setting.port().default(3003),
  BLIPQ_LOG_LEVEL: setting.logLevel().default('info'),
});
export type NotifierConfig = z.infer<typeof notifierSettings>;
