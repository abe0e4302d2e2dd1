import { type Job, Worker } from 'bullmq';

/**
 * A worker of BullMQ whose attempts of one job come one after another. BullMQ keeps whose locks it renews, and whom a
 * cancel reaches, by the id of the job, and forgets it when an attempt has ended. An attempt that gives its job back ends
 * a round trip to Redis later, and the same worker may have taken the job again by then: the lock of that attempt would
 * run out, and no cancel would reach it.
 */
export class SerialWorker<Data, Name extends string> extends Worker<Data, void, Name> {
  readonly #ends = new Map<string, Promise<unknown>>();

  override async processJob(
    job: Job<Data, void, Name>,
    token: string,
    fetchNext?: () => boolean,
  ): Promise<void | Job<Data, void, Name>> {
    const id = job.id!;
    while (this.#ends.has(id)) await this.#ends.get(id);
    const attempt = super.processJob(job, token, fetchNext);
    const end = attempt.catch(() => undefined);
    this.#ends.set(id, end);
    return await attempt.finally(() => this.#ends.delete(id));
  }
}
