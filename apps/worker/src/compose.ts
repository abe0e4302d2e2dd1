import type { Task } from '@blipq/contracts';
import { Engine, EngineRefusedError, phaseWords } from '@blipq/engine';
import { hubOptions } from '@blipq/hub';
import { ModelRegistry, QueueHealth, WorkConsumer } from '@blipq/queue';
import {
  HealthServer,
  type Logger,
  ProcessMetrics,
  type Readiness,
  RedisReport,
  type ServicePart,
  StartupError,
} from '@blipq/service';
import type { WorkerConfig } from './config.js';
import { EngineMetrics } from './engine-metrics.js';
import { locateModel } from './locate-model.js';
import { ModelRegistration } from './model-registration.js';
import { workHandler } from './work-handler.js';
import { WorkerMetrics } from './worker-metrics.js';
import { WorkerPresence } from './worker-presence.js';

/** What the engine gets at a stop for a batch that nobody waits for any more. */
const engineGraceMs = 2000;

/**
 * Builds the worker: its parts in the order in which they start. Nothing connects, listens or forks before that.
 * Stopping in reverse: unready at once, no more jobs, captions in hand finished or given back, engine, health.
 */
export function composeWorker(config: WorkerConfig, logger: Logger, stopping: AbortSignal): ServicePart[] {
  checkThreads(config);
  const processMetrics = new ProcessMetrics();
  const metrics = new WorkerMetrics(processMetrics.registry);
  const report = new RedisReport(processMetrics, logger);
  const redis = {
    redisUrl: config.REDIS_URL,
    namespace: config.BLIPQ_NAMESPACE,
    onError: report.error,
  };
  const engine = new Engine({
    checkpoint: (signal) => locateModel({ reference: config.BLIPQ_MODEL, hub: hubOptions(config), logger }, signal),
    cacheDir: config.BLIPQ_CACHE,
    cacheDays: config.BLIPQ_CACHE_DAYS,
    threads: config.BLIPQ_THREADS,
    engines: config.BLIPQ_ENGINES,
    precision: config.BLIPQ_PRECISION,
    device: config.BLIPQ_DEVICE,
    batchMax: config.BLIPQ_BATCH_MAX,
    batchMs: config.BLIPQ_BATCH_MS || Number.POSITIVE_INFINITY,
    batchDeadlineMs: config.BLIPQ_BATCH_DEADLINE_MS,
    stopGraceMs: engineGraceMs,
    logger,
  });
  new EngineMetrics(processMetrics.registry, engine);
  const worker = new WorkConsumer<Task>({
    ...redis,
    // The engine starts before the worker does, and tells then what it serves.
    serves: () => ({ task: engine.facts.task, model: engine.facts.model }),
    concurrency: () => engine.rowsInHand,
    drainMs: config.BLIPQ_DRAIN_MS,
    handler: metrics.observed(workHandler(engine)),
    onAttempt: (id, outcome, written, again) => {
      metrics.attempted(outcome, written, again);
      const error = outcome.state === 'failed' ? outcome.error : undefined;
      logger.debug({ id, state: outcome.state, error, written }, 'work attempted');
    },
  });
  const registry = new ModelRegistry(redis);
  const health = new QueueHealth({ ...redis, onWarning: report.warning, onRecovery: report.recovery });
  processMetrics.redisPersists(() => health.persists);
  const ready = async (): Promise<Readiness> => {
    if (stopping.aborted) return { ready: false, reason: 'stopping' };
    if (engine.state !== 'ready') return { ready: false, reason: `the engine is ${engine.state}` };
    const trouble = await health.trouble(1000);
    return trouble === undefined ? { ready: true } : { ready: false, reason: `Redis ${trouble}` };
  };
  return [
    new HealthServer({ port: config.BLIPQ_HEALTH_PORT, host: config.HOST, ready, metrics: processMetrics.registry }),
    health,
    registry,
    // Before the engine, whose start may take minutes, or never end.
    new WorkerPresence({ engine, registry, reference: config.BLIPQ_MODEL }),
    enginePart(engine, config, logger),
    new ModelRegistration({ engine, registry, logger }),
    worker,
  ];
}

/** @throws StartupError where an engine would have no thread of its own */
function checkThreads({ BLIPQ_ENGINES: engines, BLIPQ_THREADS: threads }: WorkerConfig): void {
  if (engines <= threads) return;
  throw new StartupError(
    `BLIPQ_ENGINES is ${engines} and BLIPQ_THREADS is ${threads}, but each engine needs a thread: lower BLIPQ_ENGINES or raise BLIPQ_THREADS`,
  );
}

function enginePart(engine: Engine, config: WorkerConfig, logger: Logger): ServicePart {
  let phase = '';
  engine.on('progress', (progress) => {
    if (progress.phase === phase) return;
    phase = progress.phase;
    logger.info({ phase, doing: phaseWords[phase] }, 'preparing the model');
  });
  return {
    start: async () => {
      const { BLIPQ_MODEL: checkpoint, BLIPQ_THREADS: threads, BLIPQ_ENGINES: engines } = config;
      const running = { engines, threads, batchMax: config.BLIPQ_BATCH_MAX };
      logger.info({ checkpoint, ...running }, 'worker starting');
      await engine.start().catch((error: unknown) => {
        if (error instanceof EngineRefusedError) throw new StartupError(`BLIPQ_MODEL ${checkpoint}: ${error.message}`);
        throw error;
      });
      const { model, task, revision, precision, precisionReason, device, card } = engine.facts;
      const made = { model, task, revision, precision, precisionReason, device };
      logger.info({ ...made, ...running, note: card.note }, 'worker ready');
    },
    stop: async () => {
      await engine.stop();
      logger.info('worker stopped');
    },
  };
}
