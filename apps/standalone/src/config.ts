import { redisUrl } from '@blipq/contracts';
import { deploymentSettings, passedOn, setting } from '@blipq/service';
import { z } from 'zod';

/** Variables that one process alone reads, describes and checks; they go through to it as they are. */
function readElsewhere<const N extends string>(...names: N[]): Record<N, z.ZodOptional<z.ZodString>> {
  const entries = names.map((name) => [name, z.string().optional()]);
  return Object.fromEntries(entries) as Record<N, z.ZodOptional<z.ZodString>>;
}

/** Settings that only the gateway reads. */
export const gatewayOnly = readElsewhere(
  'BLIPQ_GENERATE_TIMEOUT_S',
  'BLIPQ_API_KEYS',
  'BLIPQ_API_KEYS_FILE',
  'BLIPQ_ADMIN_KEY',
  'BLIPQ_ADMIN_KEY_FILE',
  'BLIPQ_ADMIN_TRUST_HEADER',
  'BLIPQ_ADMIN_TRUST_PROXIES',
  'BLIPQ_RETENTION_S',
  'BLIPQ_REUSE_S',
  'BLIPQ_RETRY_WINDOW_S',
  'BLIPQ_MODEL_ABSENT_S',
  'BLIPQ_QUEUE_MAX',
  'BLIPQ_QUEUE_MB_MAX',
  'BLIPQ_UPLOADS_MAX',
  'BLIPQ_UPLOADS_MB_MAX',
  'BLIPQ_IMAGE_MB_MAX',
  'BLIPQ_IMAGE_MEGAPIXELS_MAX',
  'BLIPQ_WAITS_MAX',
  'BLIPQ_FETCH_ALLOW',
  'BLIPQ_FETCH_PORTS',
  'BLIPQ_FETCH_HTTP',
  'BLIPQ_FETCH_TIMEOUT_MS',
  'BLIPQ_BAD_WORDS',
  'BLIPQ_LOG_CLIENTS',
  'BLIPQ_HOSTS',
  'BLIPQ_CORS_ORIGINS',
  'BLIPQ_TRUST_PROXY',
);

/** Settings that only the worker reads. */
export const workerOnly = readElsewhere(
  ...(['BLIPQ_ENGINES', 'BLIPQ_BATCH_MAX', 'BLIPQ_BATCH_MS', 'BLIPQ_BATCH_DEADLINE_MS', 'BLIPQ_CACHE_DAYS'] as const),
);

/** Settings that only the notifier reads. */
export const notifierOnly = readElsewhere(
  'BLIPQ_WEBHOOK_RETRIES_MS',
  'BLIPQ_WEBHOOK_CONNECT_TIMEOUT_MS',
  'BLIPQ_WEBHOOK_TIMEOUT_MS',
  'BLIPQ_WEBHOOK_PER_HOST',
  'BLIPQ_WEBHOOK_FAILING_MAX_S',
);

/** The settings of the deployment's processes that standalone passes on as they are. */
const { BLIPQ_NAMESPACE, BLIPQ_THREADS, BLIPQ_CACHE, BLIPQ_PRECISION, BLIPQ_DEVICE } = deploymentSettings;
const { BLIPQ_WEBHOOK_ALLOW, BLIPQ_WEBHOOK_PORTS, BLIPQ_WEBHOOK_HTTP } = deploymentSettings;
const { BLIPQ_WEBHOOK_SECRET, BLIPQ_WEBHOOK_SECRETS, BLIPQ_WEBHOOK_SECRETS_FILE } = deploymentSettings;

export const standaloneConfig = z.object({
  HOST: setting
    .text('an address to listen on')
    .optional()
    .meta({ ...deploymentSettings.HOST.meta()!, initially: '`127.0.0.1`; `0.0.0.0` with API keys' }),
  PORT: setting.wholeNumber(1, 65_535).default(3000).meta(deploymentSettings.PORT.meta()!),
  REDIS_URL: redisUrl.optional(),
  BLIPQ_DIR: setting.text('the folder for everything BlipQ keeps').default('.blipq').meta({
    purpose: 'Folder in which `npm start` keeps the files of Redis, built graphs and the webhook secret',
    essential: true,
  }),
  BLIPQ_NO_INSTALL: setting.flag().default(false).meta({
    purpose: 'Keeps `npm start` and `npm test` from installing system packages',
    essential: true,
  }),
  BLIPQ_LOG_LEVEL: setting.logLevel().optional().meta(deploymentSettings.BLIPQ_LOG_LEVEL.meta()!),
  BLIPQ_HEALTH_PORT: deploymentSettings.BLIPQ_HEALTH_PORT.default(0),
  BLIPQ_INTERNAL_PORT: deploymentSettings.BLIPQ_INTERNAL_PORT.default(0),
  BLIPQ_MODEL: deploymentSettings.BLIPQ_MODEL.optional(),
  ...passedOn({ BLIPQ_CACHE, BLIPQ_PRECISION, BLIPQ_DEVICE, BLIPQ_THREADS, BLIPQ_NAMESPACE }),
  ...passedOn({ BLIPQ_WEBHOOK_ALLOW, BLIPQ_WEBHOOK_PORTS, BLIPQ_WEBHOOK_HTTP }),
  ...passedOn({ BLIPQ_WEBHOOK_SECRET, BLIPQ_WEBHOOK_SECRETS, BLIPQ_WEBHOOK_SECRETS_FILE }),
  ...gatewayOnly,
  ...workerOnly,
  ...notifierOnly,
});

export type StandaloneConfig = z.infer<typeof standaloneConfig>;
