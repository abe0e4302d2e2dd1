import type { Task } from '@blipq/contracts';
import type {
  ListedModel,
  ListedWorker,
  LiveLook,
  Look,
  ModelPlaces,
  ModelRegistry,
  QueueCensus,
  QueueCount,
  QueueHealth,
  RedisMemory,
} from '@blipq/queue';
import { workerDemand } from './worker-demand.js';

export interface LiveSources {
  look: Pick<LiveLook, 'take'>;
  census: Pick<QueueCensus, 'take'>;
  registry: Pick<ModelRegistry, 'list' | 'workers'>;
  health: Pick<QueueHealth, 'trouble' | 'persists'>;
  memory: Pick<RedisMemory, 'use'>;
  openMax: number;
  bytesMax: number;
}

export interface LiveModel extends ModelPlaces {
  model: string;
  /** Null for a model with work that no worker has registered, or in a manifest that this version cannot read. */
  task: Task | null;
  precision: string | null;
  device: string | null;
  demand: number;
  workers_ready: number;
  /** Since a worker said that it serves the model. */
  absent_ms: number | null;
  /** Whether a worker is there that takes its work. */
  served: boolean;
}

/** All that the live view shows at one moment; times are milliseconds. */
export interface LiveState extends Look {
  queue: Omit<QueueCount, 'demandOf' | 'places' | 'models' | 'oldestMs' | 'outbox'> & {
    oldest_ms: number;
    open_max: number;
    bytes_max: number;
  };
  redis: { trouble: string | null; persistent: boolean | null; used: number | null; max: number };
  models: LiveModel[];
  workers: { total: number; ready: number; shown: ListedWorker[] };
  webhooks: Look['webhooks'] & { outbox: number };
}

/** A worker says every 5 s how it is. */
const silentMs = 15_000;
/** Workers of earlier versions say every 30 s that they serve their model, and nothing else. */
const absentMs = 45_000;

/** Reads everything at once: about ten commands, whatever there is. @throws BlipqError `queue_unavailable` */
export async function readLiveState(sources: LiveSources): Promise<LiveState> {
  const { look, census, registry, health, memory, openMax, bytesMax } = sources;
  const [seen, count, listed, { total, workers }, trouble] = await Promise.all([
    look.take(),
    census.take(),
    registry.list(),
    registry.workers(),
    health.trouble(1500),
  ]);
  const ready = workers.filter((worker) => worker.state === 'ready' && worker.silentMs <= silentMs);
  const { demandOf: _, places: __, models: ___, oldestMs, outbox, ...queue } = count;
  const { used, max } = memory.use ?? { used: null, max: 0 };
  return {
    ...seen,
    queue: { ...queue, oldest_ms: oldestMs, open_max: openMax, bytes_max: bytesMax },
    redis: { trouble: trouble ?? null, persistent: health.persists ?? null, used, max },
    models: modelsIn(count, listed, ready),
    workers: { total, ready: ready.length, shown: workers },
    webhooks: { ...seen.webhooks, outbox },
  };
}

function modelsIn(count: QueueCount, listed: ListedModel[], ready: ListedWorker[]): LiveModel[] {
  const registered = new Map(listed.map((one) => [one.manifest.model, one]));
  const names = new Set([...registered.keys(), ...count.models, ...count.places.keys()]);
  return [...names].map((model) => {
    const { manifest, absentMs: absent = null } = registered.get(model) ?? {};
    const workersReady = ready.filter((worker) => worker.model === model).length;
    const { task = null, precision = null, device = null } = manifest ?? {};
    const nowhere = { waiting: 0, active: 0, delayed: 0, unfetched: 0, paused: false };
    return {
      ...{ model, task, precision, device },
      ...(count.places.get(model) ?? nowhere),
      demand: workerDemand(count, model),
      workers_ready: workersReady,
      absent_ms: absent,
      served: workersReady > 0 || (absent !== null && absent < absentMs),
    };
  });
}
