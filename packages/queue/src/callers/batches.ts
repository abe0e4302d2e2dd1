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
import { batchOf } from '../records/batch-record.js';
import { flatFields } from '../redis/hash-fields.js';
import type { QueueKeys } from '../redis/keys.js';
import { asking, type RedisClient } from '../redis/redis-client.js';
import { idempotencyHash, refusalError, resultExpired } from './refusals.js';
import { createBatch } from './scripts/create-batch.js';
import { sealBatch } from './scripts/seal-batch.js';

export interface BatchDraft {
  id?: BatchId;
  tenant?: string;
  /** Images in the request. */
  total: number;
  /**
   * Ids that the items are to have; null for one that cannot be taken. With them a batch whose submission broke off can
   * be finished by a repetition of the request, and is sealed by a reconciler where there is none.
   */
  ids?: (string | null)[];
  metadata?: WorkMetadata;
  /** Who is told when it completes. */
  webhook?: WebhookTarget;
  /** Needs a fingerprint. */
  idempotencyKey?: string;
  /** Hash of the request as sent. */
  fingerprint?: string;
}

/** What became of an item of a batch; `tried` is the id that it was to have, where Redis did not say what became of it. */
export type SubmittedItem = BatchItem & { tried?: string };

/**
 * `unfinished`: the same request came before, by its idempotency key, and broke off. Whoever repeats it submits the items
 * under `ids`, the ids of the first time, and seals the batch.
 */
export type CreateBatchOutcome =
  | { status: 'created' | 'replayed'; batch: BatchResource }
  | { status: 'unfinished'; batch: BatchResource; ids: (string | null)[] };

interface BatchLimits {
  retentionMs: number;
  /** Longest that a batch can exist before its end. */
  lifeMs: number;
  /** Bytes that Redis has for new work; undefined where there is no limit. */
  memoryRoom: () => number | undefined;
}

/**
 * Batches: made empty, filled by submissions that name them, sealed with what became of each image. Their counts are
 * kept by the scripts that move captions.
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
    const {
      id = newBatchId(),
      tenant = publicTenant,
      total,
      ids,
      metadata = {},
      idempotencyKey,
      fingerprint,
      webhook,
    } = draft;
    if (idempotencyKey !== undefined && fingerprint === undefined) {
      throw new TypeError('an idempotency key needs a fingerprint');
    }
    const idempotency = idempotencyKey === undefined ? undefined : idempotencyHash(tenant, idempotencyKey);
    const fields = flatFields({
      total: String(total),
      ids: ids && JSON.stringify(ids),
      metadata: JSON.stringify(metadata),
      retention_ms: String(this.#limits.retentionMs),
      webhook: webhook && JSON.stringify(webhook),
      trace: traceparent(),
    });
    const { lifeMs, retentionMs, memoryRoom } = this.#limits;
    const terms = { life_ms: lifeMs, kept_ms: retentionMs, memory_room: memoryRoom() };
    const creation = { id, tenant, fingerprint, idempotency, ...terms, fields };
    const created = await asking(() => createBatch(this.#target, creation));
    if (created.status === 'created') return { status: created.status, batch: batchOf(id, created.fields) };
    if (created.status === 'unfinished') {
      const batch = batchOf(created.id, created.fields);
      return { status: created.status, batch, ids: JSON.parse(created.fields.ids!) };
    }
    if (created.status !== 'replayed') throw refusalError(created);
    return { status: created.status, batch: batchOf(created.id, created.fields) };
  }

  async seal(id: string, submitted: SubmittedItem[], tenant = publicTenant): Promise<BatchResource> {
    const items = await Promise.all(submitted.map((item) => this.#settled(id, item)));
    const refused = items.filter(({ error }) => error !== null).length;
    const { retentionMs, memoryRoom } = this.#limits;
    const terms = { kept_ms: retentionMs, memory_room: memoryRoom() };
    const sealing = { id, tenant, items: JSON.stringify(items), refused, ...terms };
    const fields = await asking(() => sealBatch(this.#target, sealing));
    if (fields === null) throw new BlipqError('not_found', 'There is no batch with this id.');
    return batchOf(id, fields);
  }

  /**
   * An item that Redis did not answer for may be in the queue all the same, too far gone to be taken back: then it is
   * accepted. By the time that Redis answers this, it has carried out what was sent before.
   */
  async #settled(batch: string, { tried, ...item }: SubmittedItem): Promise<BatchItem> {
    if (item.error === null || tried === undefined) return item;
    const lives = (await asking(() => this.#redis.hget(this.#keys.record(tried), 'batch'))) === batch;
    return lives ? { index: item.index, id: tried, error: null } : item;
  }

  async read(id: string, tenant = publicTenant): Promise<BatchResource | null> {
    const fields = await asking(() => this.#redis.hgetall(this.#keys.batch(id)));
    if (fields.tenant !== undefined) return fields.tenant === tenant ? batchOf(id, fields) : null;
    if ((await asking(() => this.#redis.get(this.#keys.gone(id)))) === tenant) throw resultExpired();
    return null;
  }
}
