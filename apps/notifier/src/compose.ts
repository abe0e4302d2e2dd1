import { DeliveryWorker, QueueHealth, WebhookTester } from '@blipq/queue';
import {
  HealthServer,
  type Logger,
  ProcessMetrics,
  type Readiness,
  RedisReport,
  type ServicePart,
  StartupError,
} from '@blipq/service';
import {
  createGuardedAgent,
  type GuardedAgent,
  HostGate,
  type Resolve,
  retryScheduleMs,
  SigningSecrets,
} from '@blipq/webhooks';
import type { NotifierConfig } from './config.js';
import { NotifierMetrics } from './notifier-metrics.js';
import { pingSender } from './ping-sender.js';
import { sender } from './sender.js';

/** Webhooks in hand at once: those that are sent, and those that wait for their host. */
const deliveriesInHand = 512;

interface ComposeOptions {
  stopping: AbortSignal;
  /** Default: the machine's DNS servers. */
  resolve?: Resolve;
}

/**
 * Builds the notifier: its parts in the order in which they start. Nothing connects or listens before that.
 *
 * @throws StartupError for secrets or networks that cannot be read
 */
export function composeNotifier(
  config: NotifierConfig,
  logger: Logger,
  { stopping, resolve }: ComposeOptions,
): ServicePart[] {
  const secrets = SigningSecrets.load(config);
  if (secrets.isEmpty) {
    throw new StartupError('BLIPQ_WEBHOOK_SECRET is not set; make a secret with "blipq webhooks secret"');
  }
  const agent = guardedAgent(config, resolve);
  const { BLIPQ_WEBHOOK_RETRIES_MS: retriesMs } = config;
  const processMetrics = new ProcessMetrics();
  const metrics = new NotifierMetrics(processMetrics.registry);
  const report = new RedisReport(processMetrics, logger);
  const redis = {
    redisUrl: config.REDIS_URL,
    namespace: config.BLIPQ_NAMESPACE,
    onError: report.error,
  };
  const health = new QueueHealth({ ...redis, onWarning: report.warning, onRecovery: report.recovery });
  processMetrics.redisPersists(() => health.persists);
  const signing = {
    ...{ agent, secrets },
    timeouts: {
      connectTimeoutMs: config.BLIPQ_WEBHOOK_CONNECT_TIMEOUT_MS,
      timeoutMs: config.BLIPQ_WEBHOOK_TIMEOUT_MS,
    },
  };
  const worker = new DeliveryWorker({
    ...redis,
    concurrency: deliveriesInHand,
    gate: new HostGate({ slots: deliveriesInHand, perHost: config.BLIPQ_WEBHOOK_PER_HOST }),
    send: sender({ ...signing, scheduleMs: retriesMs === undefined ? retryScheduleMs : [0, ...retriesMs] }),
    failingMaxMs: config.BLIPQ_WEBHOOK_FAILING_MAX_S * 1000,
    // The URL may hold a secret of the receiver's, so only its host is logged.
    onAttempt: ({ id, tenant, url, attempt, trace }, verdict) => {
      metrics.attempted(verdict);
      const { status, attempt: made } = verdict;
      const { host } = new URL(url);
      const what = { delivery_id: id, tenant, receiver: host, attempt, status, answer: made.status, error: made.error };
      const more = {
        ...('reason' in verdict && { reason: verdict.reason }),
        ...(trace !== undefined && { trace_id: trace.split('-')[1] }),
      };
      logger[status === 'failed' ? 'warn' : 'debug']({ ...what, ...more }, 'webhook sent');
    },
  });
  const tester = new WebhookTester({
    ...redis,
    send: pingSender(signing),
    onSent: ({ tenant }, { id, url, delivered, status, error }) => {
      const receiver = new URL(url).host;
      logger.info({ ping_id: id, tenant, receiver, delivered, answer: status, error }, 'webhook tested');
    },
  });
  const ready = async (): Promise<Readiness> => {
    if (stopping.aborted) return { ready: false, reason: 'stopping' };
    const trouble = await health.trouble(1000);
    return trouble === undefined ? { ready: true } : { ready: false, reason: `Redis ${trouble}` };
  };
  return [
    new HealthServer({ port: config.BLIPQ_HEALTH_PORT, host: config.HOST, ready, metrics: processMetrics.registry }),
    health,
    { start: () => {}, stop: () => agent.close() },
    worker,
    tester,
    {
      start: () => logger.info('notifier ready'),
      stop: () => logger.info('notifier stopping'),
    },
  ];
}

function guardedAgent(config: NotifierConfig, resolve: Resolve | undefined): GuardedAgent {
  try {
    return createGuardedAgent({
      allow: config.BLIPQ_WEBHOOK_ALLOW,
      allowHttp: config.BLIPQ_WEBHOOK_HTTP,
      ports: config.BLIPQ_WEBHOOK_PORTS,
      keepAlive: true,
      ...(resolve && { resolve }),
    });
  } catch (error) {
    throw new StartupError(`BLIPQ_WEBHOOK_ALLOW: ${(error as Error).message}`, { cause: error });
  }
}
