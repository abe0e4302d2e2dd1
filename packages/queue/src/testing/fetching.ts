import { type BatchId, itemIdOf, newBatchId } from '@blipq/contracts';
import { expect, onTestFinished, vi } from 'vitest';
import { type FetchedImage, FetchWorker, type FetchWorkerOptions } from '../fetches/fetch-worker.js';
import { greedy } from './fixtures.js';
import { TestQueue } from './test-queue.js';

export const pixels = Uint8Array.from({ length: 4 * 4 * 3 }, (_, i) => i);
export const image = { width: 640, height: 480, format: 'png', sha256: 'ab'.repeat(32), bytes: 1234 };
export const fetched = (): FetchedImage => ({ image, pixels: pixels.slice(), preprocessMs: 1 });

interface Asked {
  tenant?: string;
  host?: (index: number) => string;
  timeoutS?: number;
  tenantOpenMax?: number;
}

/** A queue with batches whose images are to be fetched, and what fetches them. */
export class FetchingQueue extends TestQueue {
  constructor(redisUrl: string) {
    super(redisUrl, { retentionS: 100, imageTtlS: 5000, fetchMax: 1000, reuseS: 60 });
  }

  /** A worker that looks for work all the time. */
  async fetcher(options: Partial<FetchWorkerOptions> = {}): Promise<FetchWorker> {
    const worker = new FetchWorker({
      ...{ redisUrl: this.redisUrl, namespace: this.namespace, concurrency: 8, perHost: 4 },
      ...{ aheadMax: 100, aheadBytesMax: 2 ** 30, openMax: 10_000, bytesMax: 2 ** 31 },
      ...{ imageTtlS: 5000, pausesMs: [1, 1], everyMs: 5 },
      handler: async () => fetched(),
      verdictOf: ({ code }) => ({
        outcome: code === 'fetch_failed' ? 'again' : 'failed',
        answered: code !== 'fetch_failed',
      }),
      ...options,
    });
    await worker.start();
    onTestFinished(() => worker.stop());
    return worker;
  }

  /** A sealed batch of so many images to fetch. Returns its id and theirs. */
  async batchOf(count: number, { tenant = 'public', host = () => 'one.invalid', timeoutS, tenantOpenMax }: Asked = {}) {
    const id: BatchId = newBatchId();
    await this.queue.createBatch({ id, tenant });
    const items = Array.from({ length: count }, (_, index) => ({
      ...{ id: itemIdOf('captioning', id, index), item: { index, hash: 'a', key: `k${index}` } },
      ...{
        model: 'demo',
        revision: 'r1',
        precision: 'fp32',
        prompt: `number ${index}`,
        params: greedy,
        ...(timeoutS && { timeoutS }),
      },
      source: { url: `https://${host(index)}/${index}.jpg`, host: host(index), bytes: pixels.length, fresh: false },
    }));
    await this.queue.addItems(id, items, { tenant, ...(tenantOpenMax !== undefined && { tenantOpenMax }) });
    await this.queue.sealBatch(id, [], { tenant });
    return { id, ids: items.map((item) => item.id), items };
  }

  async completed(id: string, tenant?: string) {
    const read = async () => {
      const batch = await this.queue.readBatch(id, tenant);
      expect(batch?.state).toBe('completed');
      return batch!;
    };
    return await vi.waitFor(read);
  }

  /** What is kept of work whose image is to be fetched, beside its record. */
  async leftovers(): Promise<string[]> {
    const kinds = ['unfetched', 'fetch', 'ahead', 'asked', 'parked', 'pixels', 'images', 'open', 'owners', 'load'];
    return (await Promise.all(kinds.map((kind) => this.stored(kind)))).flat();
  }
}
