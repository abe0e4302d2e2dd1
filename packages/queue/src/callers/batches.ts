import {
  type BatchId,
  type BatchItem,
  type BatchResource,
  BlipqError,
  newBatchId,
  publicTenant,
  type WebhookTarget,
  type WorkMetadata,
} from '@blipq/contracts';
import { traceparent } from '@blipq/service';
import type { ScriptTarget } from '../lua/script.js';
import { batchOf, itemOf, notTaken } from '../records/batch-record.js';
import { flatFields, type HashFields } from '../redis/hash-fields.js';
import type { QueueKeys } from '../redis/keys.js';
import { asking, type RedisClient } from '../redis/redis-client.js';
import { ownFields } from './own-fields.js';
import { idempotencyHash, refusalError } from './refusals.js';
import { cancelBatch } from './scripts/cancel-batch.js';
import { createBatch } from './scripts/create-batch.js';
import { sealBatch } from './scripts/seal-batch.js';
import type { Watched } from './waiters.js';

/** What is said of a batch as a whole. */
interface BatchHead {
  metadata?: WorkMetadata;
  /** The webhook notified when it completes. */
  webhook?: WebhookTarget;
}

export interface BatchDraft extends BatchHead {
  id?: BatchId;
  tenant?: string;
  /** Items in the request, where that is known: a reconciler says of all of them what became of them. */
  expected?: number;
  idempotencyKey?: string;
}

/** What became of an item that its batch does not know of by itself. */
export type SubmittedItem = Omit<BatchItem, 'key'> & { key?: string | null };

/** What the sealing of a batch adds to it. */
export interface Sealing {
  tenant?: string;
  /** Items of the request: those that are missing were not taken. */
  count?: number;
  /** Further items, which were refused without being noted one by one. */
  beyond?: number;
  /** Hash of the request as sent: it tells a repetition from another request. */
  fingerprint?: string;
}

/**
 * `unfinished`: the same request came before, by its idempotency key, and broke off. Whoever repeats it submits the items
 * under the ids of the first time, and seals the batch. `sealed`: it came before; it was the same request if the
 * fingerprint is the same, which is missing of one that broke off and was sealed by a reconciler.
 */
export type CreateBatchOutcome =
  | { status: 'created' | 'unfinished'; batch: BatchResource }
  | { status: 'sealed'; batch: BatchResource; fingerprint: string | undefined };

interface BatchLimits {
  retentionMs: number;
  /** Longest that a batch can exist before its end. */
  lifeMs: number;
  /** Bytes that Redis has for new work; undefined where there is no limit. */
  memoryRoom: () => number | undefined;
}

/**
 * Batches: made empty, filled item by item, sealed when all are in. Their counts are kept by the scripts that move
 * captions.
 */
export class Batches {
  readonly #redis: RedisClient;
  readonly #keys: QueueKeys;
  readonly #target: ScriptTarget;
  readonly #limits: BatchLimits;

  constructor(redis: RedisClient, keys: QueueKeys, limits: BatchLimits) {
    this.#redis = redis;
    this.#keys = keys;
    this.#target = { redis, root: keys.root };
    this.#limits = limits;
  }

  async create(draft: BatchDraft): Promise<CreateBatchOutcome> {
    const { id: newId = newBatchId(), tenant = publicTenant, expected, metadata = {}, idempotencyKey, webhook } = draft;
    const head = { metadata: JSON.stringify(metadata), webhook: webhook && JSON.stringify(webhook) };
    const fields = flatFields({
      ...head,
      expected: expected?.toString(),
      retention_ms: String(this.#limits.retentionMs),
      trace: traceparent(),
    });
    const { lifeMs, retentionMs, memoryRoom } = this.#limits;
    const terms = { life_ms: lifeMs, kept_ms: retentionMs, memory_room: memoryRoom() };
    const idempotency = idempotencyKey === undefined ? undefined : idempotencyHash(tenant, idempotencyKey);
    const creation = { id: newId, tenant, idempotency, head: idempotencyHash(tenant, JSON.stringify(head)) };
    const created = await asking(() => createBatch(this.#target, { ...creation, ...terms, fields }));
    if (!('id' in created) || created.status === 'replayed') throw refusalError(created as never);
    const batch = batchOf(created.id, created.fields);
    if (created.status !== 'sealed') return { status: created.status, batch };
    return { status: created.status, batch, fingerprint: created.fields.fingerprint };
  }

  async seal(id: string, submitted: SubmittedItem[], sealing: Sealing = {}): Promise<BatchResource> {
    const { tenant = publicTenant, count, beyond = 0, fingerprint } = sealing;
    const items = submitted.map(({ index, id: taken, key, error }) => ({
      ...{ index, id: taken ?? undefined, key: key ?? undefined, error: error ?? undefined },
    }));
    const { retentionMs, memoryRoom } = this.#limits;
    const terms = { kept_ms: retentionMs, memory_room: memoryRoom() };
    const fields = flatFields({ fingerprint });
    const values = { id, tenant, items, count, beyond, error: notTaken, fields, ...terms };
    const sealed = await asking(() => sealBatch(this.#target, values));
    if (sealed === null) throw new BlipqError('not_found', 'There is no batch with this id.');
    return batchOf(id, sealed);
  }

  /** Cancels all that has not ended, of a batch that takes no more from then on. */
  async cancel(id: string, tenant = publicTenant): Promise<BatchResource> {
    for (let from = 0; ; ) {
      const at = from;
      const canceled = await asking(() => cancelBatch(this.#target, { id, tenant, from: at, error: notTaken }));
      if (canceled === null) {
        await this.#fields(id, tenant);
        throw new BlipqError('not_found', 'There is no batch with this id.');
      }
      if (canceled.next === 0) return batchOf(id, canceled.fields);
      from = canceled.next;
    }
  }

  async read(id: string, tenant = publicTenant): Promise<BatchResource | null> {
    const fields = await this.#fields(id, tenant);
    return fields === null ? null : batchOf(id, fields);
  }

  watched(id: string, tenant?: string): Watched<BatchResource> {
    return { id, read: () => this.read(id, tenant), hasEnded: ({ state }) => state === 'completed' };
  }

  async #fields(id: string, tenant: string): Promise<HashFields | null> {
    const source = { redis: this.#redis, keys: this.#keys };
    return await ownFields(source, { record: this.#keys.batch(id), id, tenant });
  }

  /** What became of each item when it was submitted, however many there are. */
  async items(id: string): Promise<BatchItem[]> {
    const slots = await asking(() => this.#redis.hgetall(this.#keys.batchItems(id)));
    return Object.entries(slots)
      .map(([index, slot]) => itemOf(Number(index), slot))
      .sort((one, other) => one.index - other.index);
  }
}
