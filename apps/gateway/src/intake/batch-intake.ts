import {
  type BatchId,
  type BatchItem,
  type BatchResource,
  BlipqError,
  batchItemsMax,
  itemIdOf,
  taskOf,
  type WebhookTarget,
  type WorkRequest,
} from '@blipq/contracts';
import type { CreateBatchOutcome, RefusedItem, SourceSubmission, WorkQueue } from '@blipq/queue';
import type { BatchExtent, BatchHead, BatchSink, ReadItem } from '../request/batch-flow.js';
import { itemErrorOf } from './item-error.js';
import { RoomWait } from './room-wait.js';
import type { WebhookTargets } from './webhook-targets.js';
import type { SubmitContext, WorkIntake } from './work-intake.js';

/** Images of one batch that are decoded at once: enough to keep the threads busy, not so many as to starve others. */
const imagesAtOnce = 4;
/** Items that are added in one step. */
const itemsAtOnce = 200;
/** Items beyond what a batch may have that are listed. */
const listedBeyond = 100;

interface BatchIntakeParts {
  intake: Pick<WorkIntake, 'accept' | 'describe'>;
  queue: Pick<WorkQueue, 'createBatch' | 'addItems' | 'sealBatch' | 'readBatch' | 'batchItems' | 'cancelBatch'>;
  webhooks: Pick<WebhookTargets, 'ofBatch'>;
}

/** Turns batches into captions, answers and matches. */
export class BatchIntake {
  readonly #parts: BatchIntakeParts;

  constructor(parts: BatchIntakeParts) {
    this.#parts = parts;
  }

  /** A batch that is about to come in. `release`: told how many bytes of its body are done with. */
  open(context: SubmitContext, release: (bytes: number) => void): BatchSubmission {
    return new BatchSubmission(this.#parts, context, release);
  }
}

/**
 * One request that brings a batch. Every item is taken that can be; what is wrong with one is noted with it and concerns
 * no other. Items whose images are to be fetched are only noted: nothing is fetched here. A request that is repeated
 * under its idempotency key, after any error, finishes what the first one left undone: items have the ids of the first
 * time, and those that were taken are not taken again.
 */
export class BatchSubmission implements BatchSink {
  readonly #parts: BatchIntakeParts;
  readonly #context: SubmitContext;
  readonly #release: (bytes: number) => void;
  /** Items of the batch, at most as far as is known. */
  #itemsMax = batchItemsMax;
  readonly #running = new Set<Promise<void>>();
  #created: CreateBatchOutcome | undefined;
  #webhook: WebhookTarget | undefined;
  #waiting: (SourceSubmission | RefusedItem)[] = [];
  /** The step that adds items now, while further ones are read. */
  #adding: Promise<void> | undefined;
  /** Why adding items has failed for all of them. */
  #failure: Error | undefined;
  /** Where images that came along wait for room in the queue. */
  readonly #room = new RoomWait();
  /** Of items that could not be noted since Redis did not answer. */
  #refused: RefusedItem[] = [];
  /** Once Redis has not answered for one item, the others are not tried: each would wait as long. */
  #away: BlipqError | undefined;

  constructor(parts: BatchIntakeParts, context: SubmitContext, release: (bytes: number) => void) {
    const { signal: _, ...lasting } = context;
    this.#parts = parts;
    this.#context = lasting;
    this.#release = release;
  }

  /** @throws BlipqError when the batch as a whole cannot be taken */
  async begin({ metadata, webhook }: BatchHead, count?: number): Promise<void> {
    const { tenant, idempotencyKey, apiKey } = this.#context;
    this.#itemsMax = count ?? batchItemsMax;
    this.#webhook = webhook && this.#parts.webhooks.ofBatch(webhook, apiKey);
    this.#created = await this.#parts.queue.createBatch({
      tenant,
      ...(count !== undefined && { expected: count }),
      ...(metadata && { metadata }),
      ...(this.#webhook && { webhook: this.#webhook }),
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    });
  }

  /** @throws BlipqError `idempotency_key_reused` */
  async add(items: ReadItem[]): Promise<void> {
    for (const item of items) {
      await this.#take(item);
      this.#addMore(itemsAtOnce);
      while (this.#waiting.length >= itemsAtOnce) await this.#adding;
    }
    this.#addMore();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** All items are in. */
  async end({
    count,
    beyond,
    fingerprint,
  }: BatchExtent): Promise<{ status: 'created' | 'replayed'; batch: BatchResource }> {
    const created = this.#created!;
    if (created.status === 'sealed')
      return { status: 'replayed', batch: await this.#replay(created, count, fingerprint) };
    await Promise.all(this.#running);
    await this.#added();
    if (this.#failure !== undefined) throw this.#failure;
    const tooMany = Array.from({ length: Math.min(beyond, listedBeyond) }, (_, place) => ({
      ...{ index: batchItemsMax + place, error: itemErrorOf(tooManyItems(), batchItemsMax) },
    }));
    const rest = [...this.#refused, ...tooMany];
    for (let at = 0; at < rest.length; at += itemsAtOnce) {
      await this.#parts.queue.addItems(created.batch.id, rest.slice(at, at + itemsAtOnce), this.#identity);
    }
    const { tenant } = this.#context;
    const sealing = { tenant, count, beyond: beyond - tooMany.length, fingerprint };
    const batch = await this.#parts.queue.sealBatch(created.batch.id, [], sealing);
    const status = created.status === 'unfinished' ? 'replayed' : 'created';
    return { status, batch: await this.#withItems(batch) };
  }

  /**
   * The rest of the body does not come, or cannot be read. What was taken goes on, and a repetition under the idempotency
   * key finishes the batch, if it may succeed; of a body that never will everything is canceled.
   */
  async abandon(error: unknown): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#added();
    const isHopeless = error instanceof BlipqError && !error.retryable;
    const { batch, status } = this.#created ?? {};
    // What another request made under the same key is not for this one to end.
    if (batch === undefined || status !== 'created' || !isHopeless) return;
    await this.#parts.queue.cancelBatch(batch.id, this.#context.tenant).catch(() => undefined);
  }

  get #identity() {
    const { tenant, apiKey } = this.#context;
    return { tenant, ...(apiKey?.queueMax !== undefined && { tenantOpenMax: apiKey.queueMax }) };
  }

  async #take({ index, key, request, hash, bytes }: ReadItem): Promise<void> {
    const done = () => this.#release(bytes);
    if (this.#created!.status === 'sealed') return done();
    if (request instanceof BlipqError) {
      done();
      return this.#refuse({ index, key }, request);
    }
    const place = { index, hash, ...(key !== undefined && { key }) };
    const { image } = request;
    if ('url' in image && !/^\s*data:/i.test(image.url.slice(0, 120))) {
      done();
      return await this.#note(place, { ...request, image });
    }
    const taking = this.#submit(place, request).finally(() => {
      done();
      this.#running.delete(taking);
    });
    this.#running.add(taking);
    if (this.#running.size >= imagesAtOnce) await Promise.race(this.#running);
  }

  #refuse({ index, key }: Pick<RefusedItem, 'index' | 'key'>, error: BlipqError): void {
    this.#waiting.push({ index, key, error: this.#errorOf(error) });
  }

  /** Notes an item whose image is to be fetched. */
  async #note(item: SourceSubmission['item'], request: WorkRequest & { image: { url: string } }): Promise<void> {
    try {
      const { status: _, ...described } = await this.#parts.intake.describe(request, this.#itemContext);
      const id = itemIdOf(taskOf(request), this.#id, item.index);
      this.#waiting.push({ id, item, ...described } as SourceSubmission);
    } catch (error) {
      if (!(error instanceof BlipqError)) throw error;
      this.#refuse(item, error);
    }
  }

  async #submit(item: SourceSubmission['item'], request: WorkRequest): Promise<void> {
    try {
      if (this.#away !== undefined) throw this.#away;
      const newId = itemIdOf(taskOf(request), this.#id, item.index);
      await this.#parts.intake.accept(request, { ...this.#itemContext, newId, item, room: this.#room });
    } catch (error) {
      if (!(error instanceof BlipqError)) throw error;
      if (error.code === 'queue_unavailable') this.#away = error;
      this.#refused.push({ index: item.index, key: item.key, error: this.#errorOf(error) });
    }
  }

  #errorOf(error: BlipqError) {
    return itemErrorOf(error, this.#itemsMax);
  }

  get #id(): BatchId {
    return this.#created!.batch.id;
  }

  get #itemContext(): SubmitContext {
    const { idempotencyKey: _, ...context } = this.#context;
    return { ...context, batchId: this.#id, ...(this.#webhook && { webhook: this.#webhook }) };
  }

  /** Begins to add what waits, if it is so much. While a step of that is under way more gathers, and follows it. */
  #addMore(least = 1): void {
    if (this.#adding !== undefined || this.#waiting.length < least) return;
    this.#adding = this.#addAll(this.#waiting.splice(0, itemsAtOnce)).finally(() => {
      this.#adding = undefined;
      this.#addMore();
    });
  }

  /** Resolves when all that came has been added. */
  async #added(): Promise<void> {
    for (this.#addMore(); this.#adding !== undefined; ) await this.#adding;
  }

  /** What Redis does not answer for is looked up when the batch is sealed. */
  async #addAll(items: (SourceSubmission | RefusedItem)[]): Promise<void> {
    try {
      if (this.#failure !== undefined) return;
      if (this.#away !== undefined) throw this.#away;
      await this.#parts.queue.addItems(this.#id, items, this.#identity);
    } catch (error) {
      if (!(error instanceof BlipqError) || error.code === 'idempotency_key_reused') {
        this.#failure = error as Error;
        return;
      }
      this.#away = error;
      this.#refused.push(...items.map((item) => refusalOf(item, error)));
    }
  }

  /** What a batch came to that was sealed before. */
  async #replay(created: Extract<CreateBatchOutcome, { status: 'sealed' }>, count: number, fingerprint: string) {
    if (created.fingerprint !== undefined && created.fingerprint !== fingerprint) {
      throw new BlipqError('idempotency_key_reused', 'This key was used for another request. Use a new one.');
    }
    const batch = await this.#withItems(created.batch);
    const missing = created.fingerprint === undefined ? Math.max(0, count - batch.total) : 0;
    if (missing === 0) return batch;
    // Its submission broke off, and nobody repeated it in time.
    const error = itemErrorOf(new BlipqError('queue_unavailable', brokenOff), batchItemsMax);
    const rest = Array.from({ length: missing }, (_, place) => ({
      index: batch.total + place,
      key: null,
      id: null,
      error,
    }));
    const items: BatchItem[] = [...(batch.items ?? []), ...rest];
    return { ...batch, total: batch.total + missing, refused: batch.refused + missing, items };
  }

  /** With all items, however many these are. */
  async #withItems(batch: BatchResource): Promise<BatchResource> {
    return batch.items === null ? { ...batch, items: await this.#parts.queue.batchItems(batch.id) } : batch;
  }
}

const brokenOff = 'The submission of this batch broke off before this item came. Submit the item again.';

function refusalOf(item: SourceSubmission | RefusedItem, error: BlipqError): RefusedItem {
  if ('error' in item) return item;
  const { index, key } = item.item;
  return { index, key, error: itemErrorOf(error, batchItemsMax) };
}

function tooManyItems(): BlipqError {
  return new BlipqError('batch_too_large', `A batch takes at most ${batchItemsMax} items. Submit the rest as another.`);
}
