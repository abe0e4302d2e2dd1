import { type BatchItem, type BatchResource, BlipqError, newIdFor, taskOf, type WorkRequest } from '@blipq/contracts';
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
    { items, metadata, webhook, fingerprint }: BatchRequest,
    context: SubmitContext & { tenant: string },
  ): Promise<{ status: 'created' | 'replayed'; batch: BatchResource }> {
    const { tenant, idempotencyKey, signal: _, ...each } = context;
    const target = webhook && this.#parts.webhooks.ofBatch(webhook, context.apiKey);
    const newIds = items.map((item) => (item instanceof BlipqError ? null : newIdFor(taskOf(item))));
    const created = await this.#parts.queue.createBatch({
      tenant,
      total: items.length,
      ids: newIds,
      ...(metadata && { metadata }),
      ...(target && { webhook: target }),
      ...(idempotencyKey !== undefined && { idempotencyKey, fingerprint }),
    });
    if (created.status === 'replayed') return created;
    const ids = created.status === 'unfinished' ? created.ids : newIds;
    const isRepeated = created.status === 'unfinished';
    const results = await this.#acceptEach(
      items,
      { ids, isRepeated },
      {
        ...each,
        ...(target && { webhook: target }),
        batchId: created.batch.id,
      },
    );
    const batch = await this.#parts.queue.sealBatch(created.batch.id, results, tenant);
    return { status: isRepeated ? 'replayed' : 'created', batch };
  }

  /** Once Redis has not answered for one item, the others are not tried: each would wait as long. */
  async #acceptEach(
    items: BatchRequest['items'],
    { ids, isRepeated }: { ids: (string | null)[]; isRepeated: boolean },
    context: SubmitContext,
  ): Promise<SubmittedItem[]> {
    const results: SubmittedItem[] = [];
    const queue = items.entries();
    let away: BatchItem['error'] = null;
    const work = async () => {
      for (const [index, item] of queue) {
        const newId = ids[index] ?? undefined;
        if (item instanceof BlipqError) results[index] = { index, id: null, error: itemErrorOf(item, items.length) };
        else if (away !== null) {
          results[index] = { index, id: null, error: away, ...(isRepeated && newId && { tried: newId }) };
        } else {
          const refusal = await this.#acceptOne(item, { ...context, ...(newId && { newId }) });
          const error = refusal && itemErrorOf(refusal, items.length);
          if (error?.code === 'queue_unavailable') away = error;
          const mayLive = error !== null && (isRepeated || error.code === 'queue_unavailable');
          results[index] = { index, id: error === null ? newId! : null, error, ...(mayLive && { tried: newId! }) };
        }
      }
    };
    await Promise.all(Array.from({ length: itemsAtOnce }, work));
    return results;
  }

  /** Takes an item under `context.newId`. Returns why it was refused, or null. */
  async #acceptOne(item: WorkRequest, context: SubmitContext): Promise<BlipqError | null> {
    try {
      await this.#parts.intake.accept(item, context);
      return null;
    } catch (error) {
      if (!(error instanceof BlipqError)) throw error;
      return error;
    }
  }
}
