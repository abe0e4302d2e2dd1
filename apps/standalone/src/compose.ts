import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServicePart } from '@blipq/service';
import { Answering } from './answering.js';
import { gatewayOnly, notifierOnly, type StandaloneConfig, workerOnly } from './config.js';
import { findRedis } from './find-redis.js';
import type { LogOutput } from './log-output.js';
import { Preflight } from './preflight.js';
import { PrivateRedis } from './private-redis.js';
import { RedisCheck } from './redis-check.js';
import { serviceProcess } from './service-process.js';
import { StateFolder } from './state-folder.js';
import { WebhookSecret } from './webhook-secret.js';
import { reachableUrl, welcome } from './welcome.js';

interface ComposeOptions {
  config: StandaloneConfig;
  /** What every child inherits: the environment without BlipQ's own variables. */
  environment: Record<string, string | undefined>;
  /** Prints a sentence for the person at the terminal. */
  say(text: string): void;
  /** Takes the children's log lines. */
  logs: LogOutput;
  stopping: AbortSignal;
}

const bundledModel = fileURLToPath(new URL('../../../models/demo', import.meta.url));

/** The whole tree on one machine, in the order in which it starts: Redis, worker, notifier, gateway. */
export function compose({ config, environment, say, logs, stopping }: ComposeOptions): ServicePart[] {
  const stateFolder = resolve(config.BLIPQ_DIR);
  const model = config.BLIPQ_MODEL ?? bundledModel;
  const { PORT: port } = config;
  // Without keys nobody but this machine is let in, unless that is wanted.
  const hasKeys = config.BLIPQ_API_KEYS !== undefined || config.BLIPQ_API_KEYS_FILE !== undefined;
  const host = config.HOST ?? (hasKeys ? '0.0.0.0' : '127.0.0.1');
  const line = (text: string) => logs.line(text);
  const url = reachableUrl(host, port);
  const redis = config.REDIS_URL
    ? new RedisCheck(config.REDIS_URL)
    : new PrivateRedis({
        folder: join(stateFolder, 'redis'),
        program: () =>
          findRedis({ path: environment.PATH ?? '', mayInstall: !config.BLIPQ_NO_INSTALL, say, signal: stopping }),
        say,
      });
  const forAll = () => ({
    ...environment,
    REDIS_URL: redis.url,
    BLIPQ_NAMESPACE: config.BLIPQ_NAMESPACE,
    BLIPQ_LOG_LEVEL: config.BLIPQ_LOG_LEVEL ?? 'info',
    BLIPQ_THREADS: config.BLIPQ_THREADS,
  });
  const receivers = {
    BLIPQ_WEBHOOK_ALLOW: config.BLIPQ_WEBHOOK_ALLOW,
    BLIPQ_WEBHOOK_PORTS: config.BLIPQ_WEBHOOK_PORTS,
    BLIPQ_WEBHOOK_HTTP: config.BLIPQ_WEBHOOK_HTTP,
  };
  const secret = new WebhookSecret(join(stateFolder, 'webhook-secret'));
  const secrets = () => ({
    BLIPQ_WEBHOOK_SECRET: config.BLIPQ_WEBHOOK_SECRET ?? secret.value,
    BLIPQ_WEBHOOK_SECRETS: config.BLIPQ_WEBHOOK_SECRETS,
    BLIPQ_WEBHOOK_SECRETS_FILE: config.BLIPQ_WEBHOOK_SECRETS_FILE,
  });
  const worker = serviceProcess({
    name: 'worker',
    app: 'worker',
    env: () => ({
      ...forAll(),
      BLIPQ_MODEL: model,
      BLIPQ_CACHE: resolve(config.BLIPQ_CACHE ?? join(stateFolder, 'models')),
      BLIPQ_PRECISION: config.BLIPQ_PRECISION,
      BLIPQ_DEVICE: config.BLIPQ_DEVICE,
      ...chosen(config, workerOnly),
      HOST: '127.0.0.1',
      BLIPQ_HEALTH_PORT: String(config.BLIPQ_HEALTH_PORT),
    }),
    line,
    say,
    stopDeadlineMs: 28_000,
  });
  const notifier = serviceProcess({
    name: 'notifier',
    app: 'notifier',
    env: () => ({
      ...forAll(),
      ...receivers,
      BLIPQ_THREADS: undefined,
      ...secrets(),
      ...chosen(config, notifierOnly),
      HOST: '127.0.0.1',
      BLIPQ_HEALTH_PORT: '0',
    }),
    line,
    say,
    stopDeadlineMs: 24_000,
  });
  const gateway = serviceProcess({
    name: 'gateway',
    app: 'gateway',
    env: () => ({
      ...forAll(),
      ...receivers,
      ...secrets(),
      HOST: host,
      PORT: String(port),
      BLIPQ_INTERNAL_HOST: '127.0.0.1',
      BLIPQ_INTERNAL_PORT: String(config.BLIPQ_INTERNAL_PORT),
      ...chosen(config, gatewayOnly),
    }),
    line,
    say,
    stopDeadlineMs: 18_000,
  });
  const announcement: ServicePart = {
    start() {
      logs.started();
      say(welcome({ url, bundled: resolve(model) === bundledModel, bundledModel, stateFolder }));
    },
    stop: () => say('Stopping …'),
  };
  const preflight = new Preflight({ port, host, model });
  const services = [redis, worker, secret, notifier, gateway];
  return [new StateFolder(stateFolder), preflight, ...services, new Answering(url, stopping), announcement];
}

/** The values of the variables in `shape`. */
function chosen(config: StandaloneConfig, shape: object): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(config).filter(([name]) => name in shape)) as Record<string, string>;
}
