import {
  type BatchId,
  type BatchItem,
  type BatchResource,
  BlipqError,
  newIdFor,
  taskOf,
  type WorkRequest,
} from '@blipq/contracts';
import type { SubmittedItem, WorkQueue } from '@blipq/queue';
import type { BatchRequest } from '../request/read-batch.js';
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

  /** @throws BlipqError when the batch as a whole cannot be taken */
  async accept(
    { items, metadata, webhook, fingerprint }: BatchRequest,
    context: SubmitContext & { tenant: string },
  ): Promise<{ status: 'created' | 'replayed'; batch: BatchResource }> {
    const { tenant, idempotencyKey, ...each } = context;
    const target = webhook && this.#parts.webhooks.ofBatch(webhook, context.apiKey);
    const created = await this.#parts.queue.createBatch({
      tenant,
      total: items.length,
      ...(metadata && { metadata }),
      ...(target && { webhook: target }),
      ...(idempotencyKey !== undefined && { idempotencyKey, fingerprint }),
    });
    if (created.status === 'replayed') return created;
    const { id } = created.batch;
    const results = await this.#acceptEach(id, items, { ...each, ...(target && { webhook: target }) });
    return { status: 'created', batch: await this.#parts.queue.sealBatch(id, results, tenant) };
  }

  /** Once Redis has not answered for one item, the others are not tried: each would wait as long. */
  async #acceptEach(batchId: BatchId, items: BatchRequest['items'], context: SubmitContext): Promise<SubmittedItem[]> {
    const results: SubmittedItem[] = [];
    const queue = items.entries();
    let away: BatchItem['error'] = null;
    const work = async () => {
      for (const [index, item] of queue) {
        if (item instanceof BlipqError) results[index] = { index, id: null, error: errorOf(item) };
        else if (away !== null) results[index] = { index, id: null, error: away };
        else {
          const result = await this.#acceptOne(index, item, { ...context, batchId });
          if (result.tried !== undefined) away = result.error;
          results[index] = result;
        }
      }
    };
    await Promise.all(Array.from({ length: itemsAtOnce }, work));
    return results;
  }

  async #acceptOne(index: number, item: WorkRequest, context: SubmitContext): Promise<SubmittedItem> {
    const newId = newIdFor(taskOf(item));
    try {
      const { work } = await this.#parts.intake.accept(item, { ...context, newId });
      return { index, id: work.id, error: null };
    } catch (error) {
      if (!(error instanceof BlipqError)) throw error;
      const refused = { index, id: null, error: errorOf(error) };
      return error.code === 'queue_unavailable' ? { ...refused, tried: newId } : refused;
    }
  }
}

function errorOf({ code, detail, retryable, errors }: BlipqError): BatchItem['error'] {
  return { code, detail, retryable, ...(errors && { errors }) };
}
