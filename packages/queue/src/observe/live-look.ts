import { cutText, type DeliveryAttempt, type WorkState } from '@blipq/contracts';
import type { ScriptTarget } from '../lua/script.js';
import { elapsedMs, isoTime } from '../records/record.js';
import { queueKeys } from '../redis/keys.js';
import { QueueClient, type QueueClientOptions } from '../redis/queue-client.js';
import { asking } from '../redis/redis-client.js';
import { type FoundEndpoint, fieldsOf, glanceNames, lookAround, type Surroundings } from './scripts/look-around.js';
import { glanceAt, queuedMs, type WorkGlance } from './work-glance.js';

const percentiles = [50, 95, 99] as const;
const bounds = { limit: 25, sample: 100, percentiles, recent_ms: 600_000 };

/** In milliseconds, nearest rank. */
export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

/** A receiver that fails, by the webhook that it failed last. */
export interface FailingReceiver {
  host: string;
  tenant: string;
  failing_since: string | null;
  /** Nothing is sent to it any more. */
  disabled: boolean;
  delivery: {
    id: string;
    event: string;
    subject: string;
    state: string;
    /** Why it was given up. */
    reason: string | null;
    attempt: number;
    next_attempt_at: string | null;
  };
  last_attempt: Pick<DeliveryAttempt, 'at' | 'status' | 'error'> | null;
}

/** What operators see of the queue at one moment. Every list has at most 25 entries. */
export interface Look {
  at: string | null;
  /** What workers ended in each of the last twelve times 5 s, the oldest first; the last is still filling. */
  ended_per_5s: number[];
  /** How long what is queued has waited. */
  age_ms: Percentiles;
  /** Of the newest 100 that succeeded: in queues, and in all; null where there are none. */
  wait_ms: Percentiles | null;
  total_ms: Percentiles | null;
  /** The oldest of what has not ended, of the rest the newest; `recent` counts those of ten minutes, 1,000 at most. */
  work: Record<WorkState, { recent: number; shown: WorkGlance[] }>;
  webhooks: { waiting: number; delayed: number; failing: number; receivers: FailingReceiver[] };
}

/** What became of one piece of work that was asked for by its id. */
export type FoundWork = { status: 'found'; work: WorkGlance } | { status: 'expired'; tenant: string };

/**
 * What operators look at while the queue runs, made from records and lists that are there anyway. A look costs the same
 * however much is stored. It has a connection of its own and is answered in bounded time.
 */
export class LiveLook extends QueueClient {
  readonly #target: ScriptTarget;
  readonly #keys: ReturnType<typeof queueKeys>;

  constructor(options: QueueClientOptions) {
    super(options);
    this.#keys = queueKeys(options);
    this.#target = { redis: this.redis, root: this.#keys.root };
  }

  /** @throws BlipqError `queue_unavailable` */
  async take(): Promise<Look> {
    const seen = await asking(() => lookAround(this.#target, bounds));
    const waits = seen.succeeded.flatMap(({ fields }) => queuedMs(fields) ?? []);
    const made = seen.succeeded.filter(({ fields }) => fields.cached === undefined);
    return {
      at: isoTime(String(seen.nowMs)),
      ended_per_5s: seen.ended,
      age_ms: percentilesFrom(seen.agesMs),
      wait_ms: percentilesOf(waits),
      total_ms: percentilesOf(made.map(({ fields }) => elapsedMs(fields.created_ms, fields.finished_ms))),
      work: workIn(seen),
      webhooks: {
        ...seen.deliveries,
        failing: seen.failing.total,
        receivers: seen.failing.endpoints.map(receiverOf),
      },
    };
  }

  /** Work of any tenant by its id; null for what never was, or was deleted. @throws BlipqError `queue_unavailable` */
  async find(id: string): Promise<FoundWork | null> {
    // In this order: what is written between the two is found.
    const [tenant, values] = await asking(() =>
      Promise.all([
        this.redis.get(this.#keys.gone(id)),
        this.redis.hmget(this.#keys.record(id), 'state', ...glanceNames),
      ]),
    );
    const fields = fieldsOf(values, ['state', ...glanceNames]);
    if (fields.state !== undefined) return { status: 'found', work: glanceAt({ id, fields }) };
    return tenant === null ? null : { status: 'expired', tenant };
  }
}

function workIn({ states }: Surroundings): Look['work'] {
  const entries = [...states].map(([state, { work, recent }]) => [state, { recent, shown: work.map(glanceAt) }]);
  return Object.fromEntries(entries) as Look['work'];
}

function percentilesFrom([p50 = 0, p95 = 0, p99 = 0]: number[]): Percentiles {
  return { p50, p95, p99 };
}

function percentilesOf(values: number[]): Percentiles | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return percentilesFrom(percentiles.map((percent) => sorted[Math.ceil((percent / 100) * sorted.length) - 1]!));
}

/** Its URL may hold a secret: the host will do. */
function receiverOf({ delivery: { id, fields }, failingSinceMs, disabled, attempt }: FoundEndpoint): FailingReceiver {
  const last = attempt === undefined ? null : (JSON.parse(attempt) as DeliveryAttempt);
  return {
    host: URL.canParse(fields.url!) ? new URL(fields.url!).host : '',
    tenant: fields.tenant!,
    failing_since: isoTime(String(failingSinceMs)),
    disabled,
    delivery: {
      ...{ id, event: fields.event!, subject: fields.subject!, state: fields.state! },
      reason: fields.reason ?? null,
      attempt: Number(fields.attempt),
      next_attempt_at: isoTime(fields.next_ms),
    },
    last_attempt: last && { at: last.at, status: last.status, error: last.error && cutText(last.error, 300) },
  };
}
