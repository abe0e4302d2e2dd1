import { taskNames } from '@blipq/contracts';
import type { Redis } from 'ioredis';
import { queueKeys } from './keys.js';
import { asking, type OnError, open, producerRedis, type QueueAddress } from './redis.js';
import { type ScriptTarget, script } from './script.js';

/** Work that is due within this time wants a worker now: starting one takes as long. In milliseconds. */
const dueWithinMs = 30_000;

export interface QueueCensusOptions extends QueueAddress {
  /** Milliseconds. Default 1500. */
  commandTimeoutMs?: number;
  onError?: OnError;
}

/** What there is in the queues of all models at one moment. */
export interface QueueCount {
  /** What wants a worker now: all that follows but what is delayed for longer; while paused, only what is active. */
  demand: number;
  waiting: number;
  /** With a worker, or with one that died with it. */
  active: number;
  /** Between two attempts; `due` of them within 30 s. */
  delayed: number;
  due: number;
  /** Accepted, but without a job: being submitted, or left behind by a crash until a reconciler finds it. */
  jobless: number;
  paused: boolean;
  /** Captions that have not ended, and the bytes of the pixels in Redis. */
  open: number;
  bytes: number;
  /** Since the oldest queued caption was created, in milliseconds; 0 when none is. */
  oldestMs: number;
  /** Webhooks that no notifier has taken from the outbox yet. */
  outbox: number;
}

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
local waiting, active, delayed, due, paused = 0, 0, 0, 0, 0
for _, name in ipairs(redis.call('SMEMBERS', root .. ':jobs:names')) do
  local jobs = root .. ':jobs:' .. name .. ':'
  waiting = waiting + redis.call('LLEN', jobs .. 'wait') + redis.call('LLEN', jobs .. 'paused')
    + redis.call('ZCARD', jobs .. 'prioritized')
  active = active + redis.call('LLEN', jobs .. 'active')
  delayed = delayed + redis.call('ZCARD', jobs .. 'delayed')
  due = due + redis.call('ZCOUNT', jobs .. 'delayed', '-inf', (now + ARGV[3] + 1) * 4096 - 1)
  if redis.call('HEXISTS', jobs .. 'meta', 'paused') == 1 then paused = 1 end
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
}
`);

/** Counts the queue, for autoscaling and metrics. It has a connection of its own and is answered in bounded time. */
export class QueueCensus {
  readonly #redis: Redis;
  readonly #target: ScriptTarget;

  constructor({ redisUrl, commandTimeoutMs = 1500, onError = () => undefined, ...names }: QueueCensusOptions) {
    this.#redis = producerRedis(redisUrl, commandTimeoutMs, onError);
    this.#target = { redis: this.#redis, root: queueKeys(names).root };
  }

  /** Connects. Resolves whether Redis is there or not. */
  async start(): Promise<void> {
    await open(this.#redis);
  }

  /** @throws BlipqError `queue_unavailable` */
  async take(): Promise<QueueCount> {
    const reply = (await asking(() => countQueue(this.#target, '', dueWithinMs))) as number[];
    const [waiting, active, delayed, due, pausedFlag, open, bytes, oldestMs, outbox] = reply as [
      ...[number, number, number, number, number],
      ...[number, number, number, number],
    ];
    const paused = pausedFlag === 1;
    const jobless = Math.max(0, open - waiting - active - delayed);
    const demand = active + (paused ? 0 : waiting + due + jobless);
    return { demand, waiting, active, delayed, due, jobless, paused, open, bytes, oldestMs, outbox };
  }

  stop(): void {
    this.#redis.disconnect();
  }
}
