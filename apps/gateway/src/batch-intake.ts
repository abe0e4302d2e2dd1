import { type BatchId, type BatchItem, type BatchResource, BlipqError } from '@blipq/contracts';
import type { CaptionQueue } from '@blipq/queue';
import type { CaptionIntake, SubmitContext } from './caption-intake.js';
import type { BatchRequest } from './read-batch.js';
import type { WebhookTargets } from './webhook-targets.js';

/** Items of one batch that are worked on at once: enough to keep the threads busy, not so many as to starve others. */
const itemsAtOnce = 4;

interface BatchIntakeParts {
  intake: Pick<CaptionIntake, 'accept'>;
  queue: Pick<CaptionQueue, 'createBatch' | 'sealBatch'>;
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

  async #acceptEach(batchId: BatchId, items: BatchRequest['items'], context: SubmitContext): Promise<BatchItem[]> {
    const results: BatchItem[] = [];
    const queue = items.entries();
    const work = async () => {
      for (const [index, item] of queue) results[index] = await this.#acceptOne(index, item, { ...context, batchId });
    };
    await Promise.all(Array.from({ length: itemsAtOnce }, work));
    return results;
  }

  async #acceptOne(index: number, item: BatchRequest['items'][number], context: SubmitContext): Promise<BatchItem> {
    try {
      if (item instanceof BlipqError) throw item;
      const { caption } = await this.#parts.intake.accept(item, context);
      return { index, id: caption.id, error: null };
    } catch (error) {
      if (!(error instanceof BlipqError)) throw error;
      const { code, detail, retryable, errors } = error;
      return { index, id: null, error: { code, detail, retryable, ...(errors && { errors }) } };
    }
  }
}
