import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { referenceList } from '@blipq/hub';
import type { ServicePart } from '@blipq/service';
import { Answering } from './answering.js';
import { gatewayOnly, notifierOnly, type StandaloneConfig, workerOnly } from './config.js';
import { findRedis } from './find-redis.js';
import type { LogOutput } from './log-output.js';
import { modelNames } from './model-names.js';
import { Preflight } from './preflight.js';
import { PrivateRedis } from './private-redis.js';
import { RedisCheck } from './redis-check.js';
import { serviceProcess } from './service-process.js';
import { StateFolder } from './state-folder.js';
import { WebhookSecret } from './webhook-secret.js';
import { reachableUrl, welcome } from './welcome.js';
import { Workers } from './workers.js';

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

const bundled = (name: string) => fileURLToPath(new URL(`../../../models/${name}`, import.meta.url));
const bundledModels = ['demo', 'demo-vqa', 'demo-itm'].map(bundled);

/** The whole tree on one machine, in the order in which it starts: Redis, workers, notifier, gateway. */
export function compose({ config, environment, say, logs, stopping }: ComposeOptions): ServicePart[] {
  const stateFolder = resolve(config.BLIPQ_DIR);
  const references = config.BLIPQ_MODEL === undefined ? bundledModels : referenceList(config.BLIPQ_MODEL);
  const models = [...modelNames(references)];
  const { PORT: port } = config;
  // Without keys nobody but this machine is let in, unless that is wanted.
  const hasKeys = config.BLIPQ_API_KEYS !== undefined || config.BLIPQ_API_KEYS_FILE !== undefined;
  const host = config.HOST ?? (hasKeys ? '0.0.0.0' : '127.0.0.1');
  const lineOf = (who: string) => (text: string) => logs.line(text, who);
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
  const worker = (model: string, reference: string, index: number) =>
    serviceProcess({
      name: models.length === 1 ? 'worker' : `worker of ${model}`,
      app: 'worker',
      env: () => ({
        ...forAll(),
        BLIPQ_MODEL: reference,
        BLIPQ_CACHE: resolve(config.BLIPQ_CACHE ?? join(stateFolder, 'models')),
        BLIPQ_PRECISION: config.BLIPQ_PRECISION,
        BLIPQ_DEVICE: config.BLIPQ_DEVICE,
        ...chosen(config, workerOnly),
        HOST: '127.0.0.1',
        BLIPQ_HEALTH_PORT: String(config.BLIPQ_HEALTH_PORT && config.BLIPQ_HEALTH_PORT + index),
      }),
      line: lineOf(model),
      say,
      stopDeadlineMs: 28_000,
    });
  const workers = new Workers({
    workers: new Map(models.map(([model, reference], index) => [model, worker(model, reference, index)])),
    say,
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
    line: lineOf('notifier'),
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
    line: lineOf('gateway'),
    say,
    stopDeadlineMs: 21_000,
  });
  const announcement: ServicePart = {
    async start() {
      const loading = workers.models('loading');
      if (loading.length > 0) say(`BlipQ answers at ${url} already, while ${loading.join(', ')} load.`);
      await Promise.race([workers.settled(), once(stopping, 'abort')]);
      if (stopping.aborted) return;
      logs.started();
      say(
        welcome({
          url,
          served: workers.models('ready'),
          failed: workers.models('failed'),
          bundled: references.every((reference) => bundledModels.includes(resolve(reference))),
          image: join(bundled('demo'), 'examples', 'dog-on-the-grass.jpg'),
          stateFolder,
        }),
      );
    },
    stop: () => say('Stopping …'),
  };
  const preflight = new Preflight({ port, host });
  const services = [redis, workers, secret, notifier, gateway];
  return [new StateFolder(stateFolder), preflight, ...services, new Answering(url, stopping), announcement];
}

/** The values of the variables in `shape`. */
function chosen(config: StandaloneConfig, shape: object): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(config).filter(([name]) => name in shape)) as Record<string, string>;
}
