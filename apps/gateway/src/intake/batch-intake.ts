import { type BatchResource, BlipqError, newIdFor, taskOf, type WorkRequest } from '@blipq/contracts';
import type { SubmittedItem, WorkQueue } from '@blipq/queue';
import type { BatchRequest } from '../request/read-batch.js';
import { itemErrorOf } from './item-error.js';
import type { WebhookTargets } from './webhook-targets.js';
import type { SubmitContext, WorkIntake } from './work-intake.js';

/** Items of one batch that are worked on at once: enough to keep the threads busy, not so many as to starve others. */
const itemsAtOnce = 4;

interface BatchIntakeParts {
  intake: Pick<WorkIntake, 'accept'>;
  queue: Pick<WorkQueue, 'createBatch' | 'sealBatch'>;
  webhooks: Pick<WebhookTargets, 'ofBatch'>;
}

interface EachOptions {
  /** The id that each item gets; null for one that cannot be read. */
  ids: (string | null)[];
  isRepeated: boolean;
  context: SubmitContext;
}

/** Turns a batch into captions, answers and matches. What is wrong with one item is noted with it and concerns no other. */
export class BatchIntake {
  readonly #parts: BatchIntakeParts;

  constructor(parts: BatchIntakeParts) {
    this.#parts = parts;
  }

  /**
   * Takes every item that can be taken, whether somebody still waits for the answer or not. A request that is repeated
   * under its idempotency key, after any error, finishes what the first one left undone: items that were taken are not
   * taken again.
   * @throws BlipqError when the batch as a whole cannot be taken
   */
  async accept(
    request: BatchRequest,
    context: SubmitContext,
  ): Promise<{ status: 'created' | 'replayed'; batch: BatchResource }> {
    const { items, metadata, webhook, fingerprint } = request;
    const { idempotencyKey, signal: _, ...each } = context;
    const target = webhook && this.#parts.webhooks.ofBatch(webhook, context.apiKey);
    const newIds = items.map((item) => (item instanceof BlipqError ? null : newIdFor(taskOf(item))));
    const created = await this.#parts.queue.createBatch({
      tenant: context.tenant,
      total: items.length,
      ids: newIds,
      ...(metadata && { metadata }),
      ...(target && { webhook: target }),
      ...(idempotencyKey !== undefined && { idempotencyKey, fingerprint }),
    });
    if (created.status === 'replayed') return created;
    const isRepeated = created.status === 'unfinished';
    const results = await this.#acceptEach(items, {
      ids: isRepeated ? created.ids : newIds,
      isRepeated,
      context: { ...each, ...(target && { webhook: target }), batchId: created.batch.id },
    });
    const batch = await this.#parts.queue.sealBatch(created.batch.id, results, context.tenant);
    return { status: isRepeated ? 'replayed' : 'created', batch };
  }

  /** Once Redis has not answered for one item, the others are not tried: each would wait as long. */
  async #acceptEach(items: BatchRequest['items'], { ids, isRepeated, context }: EachOptions): Promise<SubmittedItem[]> {
    let away: BlipqError | undefined;
    const accept = async (index: number, item: WorkRequest | BlipqError): Promise<SubmittedItem> => {
      const refused = (error: BlipqError, tried?: string | null) => ({
        ...{ index, id: null, error: itemErrorOf(error, items.length) },
        ...(tried && { tried }),
      });
      if (item instanceof BlipqError) return refused(item);
      const newId = ids[index];
      // An item of a repeated batch may have been taken the first time.
      const triedBefore = isRepeated ? newId : null;
      if (away !== undefined) return refused(away, triedBefore);
      try {
        const { work } = await this.#parts.intake.accept(item, { ...context, ...(newId && { newId }) });
        return { index, id: work.id, error: null };
      } catch (error) {
        if (!(error instanceof BlipqError)) throw error;
        const isAway = error.code === 'queue_unavailable';
        if (isAway) away = error;
        return refused(error, isAway ? newId : triedBefore);
      }
    };
    const results: SubmittedItem[] = [];
    const queue = items.entries();
    const work = async () => {
      for (const [index, item] of queue) results[index] = await accept(index, item);
    };
    await Promise.all(Array.from({ length: itemsAtOnce }, work));
    return results;
  }
}
