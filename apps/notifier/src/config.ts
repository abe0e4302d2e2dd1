import { redisUrl } from '@blipq/contracts';
import { deploymentSettings, setting } from '@blipq/service';
import { z } from 'zod';

const dayMs = 86_400_000;

/** The notifier's settings, by the names of their environment variables. */
export const notifierSettings = z.object({
  REDIS_URL: redisUrl.default('redis://127.0.0.1:6379'),
  BLIPQ_NAMESPACE: deploymentSettings.BLIPQ_NAMESPACE,
  BLIPQ_WEBHOOK_SECRET: deploymentSettings.BLIPQ_WEBHOOK_SECRET,
  BLIPQ_WEBHOOK_SECRETS: deploymentSettings.BLIPQ_WEBHOOK_SECRETS,
  BLIPQ_WEBHOOK_SECRETS_FILE: deploymentSettings.BLIPQ_WEBHOOK_SECRETS_FILE,
  BLIPQ_WEBHOOK_ALLOW: deploymentSettings.BLIPQ_WEBHOOK_ALLOW,
  BLIPQ_WEBHOOK_PORTS: deploymentSettings.BLIPQ_WEBHOOK_PORTS,
  BLIPQ_WEBHOOK_HTTP: deploymentSettings.BLIPQ_WEBHOOK_HTTP,
  BLIPQ_WEBHOOK_RETRIES_MS: setting
    .numbers('pauses in milliseconds', 0, dayMs)
    .optional()
    .meta({ purpose: 'Pauses before the second and each further attempt; nine from 5 s to 24 h by default' }),
  BLIPQ_WEBHOOK_CONNECT_TIMEOUT_MS: setting
    .wholeNumber(10, 60_000)
    .default(5000)
    .meta({ purpose: 'Time in milliseconds that connecting to a receiver may take' }),
  BLIPQ_WEBHOOK_TIMEOUT_MS: setting
    .wholeNumber(10, 60_000)
    .default(15_000)
    .meta({ purpose: "Time in milliseconds that one attempt may take, the receiver's answer included" }),
  BLIPQ_WEBHOOK_PER_HOST: setting
    .wholeNumber(1, 100)
    .default(4)
    .meta({ purpose: 'Largest number of webhooks that a notifier sends to one host at the same time' }),
  BLIPQ_WEBHOOK_FAILING_MAX_S: setting
    .wholeNumber(1)
    .default(432_000)
    .meta({ purpose: 'Time in seconds of failures without a success after which an endpoint is disabled' }),
  HOST: deploymentSettings.HOST,
  BLIPQ_HEALTH_PORT: deploymentSettings.BLIPQ_HEALTH_PORT.default(3003),
  BLIPQ_LOG_LEVEL: deploymentSettings.BLIPQ_LOG_LEVEL,
});
export type NotifierConfig = z.infer<typeof notifierSettings>;
