import { taskNames } from '@blipq/contracts';
import { type ScriptTarget, script } from '../lua/script.js';
import { modelKeys, modelOfJobs, queueKeys } from '../redis/keys.js';
import { asking, type OnError, open, producerRedis, type QueueAddress, type RedisClient } from '../redis/redis.js';

/** Work that is due within this time wants a worker now: starting one takes as long. In milliseconds. */
const dueWithinMs = 30_000;

export interface QueueCensusOptions extends QueueAddress {
  /** Milliseconds. Default 1500. */
  commandTimeoutMs?: number;
  onError?: OnError;
}

/** What there is in the queues of all models at one moment. */
export interface QueueCount {
  /**
   * What wants a worker now: all that follows but what is delayed for longer. Of a model's queue that is paused, only
   * what is active.
   */
  demand: number;
  /** The same of each model with jobs, by model; what is jobless counts for all of them. */
  demandOf: Map<string, number>;
  waiting: number;
  /** With a worker, or with one that died with it. */
  active: number;
  /** Between two attempts; `due` of them within 30 s. */
  delayed: number;
  due: number;
  /** Accepted, but without a job: being submitted, or left behind by a crash until a reconciler finds it. */
  jobless: number;
  /** Names of the models that workers have registered. */
  models: ReadonlySet<string>;
  /** Whether the queue of any model is. */
  paused: boolean;
  /** Captions that have not ended, and the bytes of the pixels in Redis. */
  open: number;
  bytes: number;
  /** Since the oldest queued caption was created, in milliseconds; 0 when none is. */
  oldestMs: number;
  /** Webhooks that no notifier has taken from the outbox yet. */
  outbox: number;
}

/** A queue's name, its demand, and 1 when it is paused. */
type QueueDemand = [name: string, wanted: number, stopped: number];

const kinds = Object.values(taskNames)
  .map(({ idPrefix }) => `'${idPrefix}'`)
  .join(', ');

/**
 * Counts everything in one step, so that a job on its way from one list to another is counted once. BullMQ 6 leaves
 * paused jobs where they are; `paused` is where 5 put them. The score of a delayed job is its time × 4096.
 * ARGV how far ahead a delayed job counts as due (ms).
 */
const countQueue = script(`
local now, oldest = now_ms(), 0
local waiting, active, delayed, due, paused, queues = 0, 0, 0, 0, 0, {}
for _, name in ipairs(redis.call('SMEMBERS', root .. ':jobs:names')) do
  local jobs = root .. ':jobs:' .. name .. ':'
  local wait = redis.call('LLEN', jobs .. 'wait') + redis.call('LLEN', jobs .. 'paused') + redis.call('ZCARD', jobs .. 'prioritized')
  local run = redis.call('LLEN', jobs .. 'active')
  local soon = redis.call('ZCOUNT', jobs .. 'delayed', '-inf', (now + ARGV[3] + 1) * 4096 - 1)
  local stopped = redis.call('HEXISTS', jobs .. 'meta', 'paused')
  waiting, active, due, paused = waiting + wait, active + run, due + soon, paused + stopped
  delayed = delayed + redis.call('ZCARD', jobs .. 'delayed')
  queues[#queues + 1] = { name, run + (stopped == 1 and 0 or wait + soon), stopped }
end
local function oldest_of(list)
  for _, name in ipairs(redis.call('ZRANGE', list, 0, 9)) do
    local created = redis.call('HGET', key('record', name), 'created_ms')
    if created then return now - created end
  end
  return 0
end
for _, field in ipairs(redis.call('HKEYS', load)) do
  local tenant = field:match('^tenant:(.*)$')
  if tenant then
    for _, kind in ipairs({ ${kinds} }) do
      oldest = math.max(oldest, oldest_of(key('list', kind .. ':' .. tenant .. ':queued')))
    end
  end
end
return {
  waiting, active, delayed, due, paused,
  redis.call('ZCARD', open),
  tonumber(redis.call('HGET', load, 'bytes') or 0),
  oldest,
  redis.call('XLEN', root .. ':outbox'),
  queues,
}
`);

/** Counts the queue, for autoscaling and metrics. It has a connection of its own and is answered in bounded time. */
export class QueueCensus {
  readonly #redis: RedisClient;
  readonly #target: ScriptTarget;
  readonly #manifests: string;

  constructor({ redisUrl, commandTimeoutMs = 1500, onError = () => undefined, ...names }: QueueCensusOptions) {
    this.#redis = producerRedis(redisUrl, commandTimeoutMs, onError);
    this.#target = { redis: this.#redis, root: queueKeys(names).root };
    this.#manifests = modelKeys(names.namespace).manifests;
  }

  /** Connects. Resolves whether Redis is there or not. */
  async start(): Promise<void> {
    await open(this.#redis);
  }

  /** @throws BlipqError `queue_unavailable` */
  async take(): Promise<QueueCount> {
    const [reply, models] = await asking(() =>
      Promise.all([countQueue(this.#target, '', dueWithinMs), this.#redis.hkeys(this.#manifests)]),
    );
    const [waiting, active, delayed, due, pausedQueues, open, bytes, oldestMs, outbox, queues] = reply as [
      ...[number, number, number, number, number],
      ...[number, number, number, number, QueueDemand[]],
    ];
    const jobless = Math.max(0, open - waiting - active - delayed);
    // Whose they will be is in their records. Nobody's, while everything is paused.
    const adopted = queues.length > 0 && pausedQueues === queues.length ? 0 : jobless;
    const demandOf = new Map<string, number>();
    for (const [name, wanted, stopped] of queues) {
      const model = modelOfJobs(name);
      demandOf.set(model, (demandOf.get(model) ?? 0) + wanted + (stopped === 1 ? 0 : adopted));
    }
    const demand = queues.reduce((sum, [, wanted]) => sum + wanted, adopted);
    const paused = pausedQueues > 0;
    return {
      ...{ demand, demandOf, models: new Set(models), waiting, active, delayed, due, jobless, paused },
      ...{ open, bytes, oldestMs, outbox },
    };
  }

  stop(): void {
    this.#redis.disconnect();
  }
}
