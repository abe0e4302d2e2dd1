import type { BatchView } from './batch-ledger.js';
import type { Caller, CallerOptions } from './caller.js';
import type { BatchSighting } from './history.js';
import type { PlannedBatch } from './planned-batch.js';
import { pathOf } from './scene.js';
import { batchSubmissionOf } from './submission.js';

/** Between two tries of a submission, in milliseconds. */
const storingPauseMs = 500;

/** Carries out what a plan has callers do with batches, and writes down whatever they are told. */
export class BatchCaller {
  readonly #options: CallerOptions;
  readonly #caller: Caller;

  /** @param caller follows the items */
  constructor(options: CallerOptions, caller: Caller) {
    this.#options = options;
    this.#caller = caller;
  }

  /** From submission to the end of the batch and of each item. */
  async carryOut(batch: PlannedBatch, round: number): Promise<void> {
    const { ledger } = this.#options;
    const copies = Array.from({ length: batch.copies }, () => this.#submit(batch, round));
    const [view] = (await Promise.all(copies)).filter((copy) => copy !== undefined);
    if (view === undefined) return ledger.gaveUp(batch.name);
    await Promise.all([
      this.#untilCompleted(view.id),
      ...view.items.map(({ id }, index) => id && this.#caller.accompany(id, batch.items[index]!)),
    ]);
  }

  async #submit(batch: PlannedBatch, round: number): Promise<BatchView | undefined> {
    const { ledger, scenes, images, hosts, receivers, client } = this.#options;
    const sentAt = ledger.now();
    const receiver = batch.webhook === null ? null : receivers[batch.webhook]!.urlFor(batch.tenant);
    const { key } = batch;
    while (!client.isOver) {
      const reply = await client.ask(batchSubmissionOf({ batch, key, scenes, images, hosts, receiver }));
      if (reply === undefined) return undefined;
      if (reply.status === 202) {
        const view = reply.body as unknown as BatchView;
        this.#acknowledged(view, batch, { round, sentAt });
        ledger.identified(key, view.id);
        return view;
      }
      await client.rest(storingPauseMs);
    }
    return undefined;
  }

  #acknowledged(view: BatchView, batch: PlannedBatch, sent: { round: number; sentAt: number }): void {
    const { ledger, scenes } = this.#options;
    const { name, tenant, webhook, items } = batch;
    const total = items.length;
    ledger.batches.acknowledged(view, { ...sent, tenant, request: name, webhook: webhook !== null, total });
    for (const [index, { id }] of view.items.entries()) {
      const { scene, source, timeoutS } = items[index]!;
      const { kind } = scenes[scene]!;
      const asked = { ...sent, tenant, request: `${name}.${index}`, scene, kind, timeoutS, webhook: false };
      if (id !== null) ledger.acknowledged(id, { ...asked, ...(source && { source }) }, null);
    }
  }

  /** Not of one whose acknowledgement was lost with Redis's last moments: it may wait for a reconciler for long. */
  async #untilCompleted(id: string): Promise<void> {
    const { client, ledger } = this.#options;
    const { acknowledgedAt } = ledger.batches.of(id)!;
    for (let round = 0; !client.isOver && !ledger.isUndone(acknowledgedAt); round += 1) {
      const view = await this.read(id, 'get');
      if (view === undefined || view.state === 'completed') return;
      await client.rest(Math.min(200 * 1.5 ** round, 2000));
    }
  }

  /** The batch as it is now; undefined when it is gone. */
  async read(id: string, by: BatchSighting['by']): Promise<BatchView | undefined> {
    const { client, ledger } = this.#options;
    const { tenant } = ledger.batches.of(id)!;
    const reply = await client.ask({ tenant, path: pathOf(id), answers: [200, 404, 410] });
    if (reply === undefined) return undefined;
    if (reply.status !== 200) return void ledger.batches.missed(id, by);
    const view = reply.body as unknown as BatchView;
    ledger.batches.saw(view, by);
    return view;
  }
}
