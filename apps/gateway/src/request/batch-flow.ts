import { createHash } from 'node:crypto';
import {
  type BlipqError,
  batchItemsMax,
  type WebhookRequest,
  type WorkMetadata,
  type WorkRequest,
} from '@blipq/contracts';
import { jsonHash } from './json-hash.js';

/** What is said of a batch as a whole. */
export interface BatchHead {
  metadata?: WorkMetadata | undefined;
  webhook?: WebhookRequest | undefined;
}

/** An item of a batch as it was read. */
export interface ReadItem {
  index: number;
  key: string | undefined;
  /** What it asks for, or why it cannot be read. */
  request: WorkRequest | BlipqError;
  /** Of what it asks for. */
  hash: string;
  /** Of the body: in memory until the item is done with. */
  bytes: number;
}

/** Who takes what is read of a batch. */
export interface BatchSink {
  /** Comes first. `count`: items of the batch, where all of them are known. */
  begin(head: BatchHead, count?: number): Promise<void>;
  add(items: ReadItem[]): Promise<void>;
}

/** The whole of what was read. */
export interface BatchExtent {
  /** Items that were handed over. */
  count: number;
  /** Further ones, beyond those that a batch may have. */
  beyond: number;
  /** Hash of what was sent. */
  fingerprint: string;
}

interface FlowOptions {
  sink: BatchSink;
  /** Bytes of items that are kept until the body ends; more of them flow while the rest arrives. */
  heldBytesMax: number;
  /** What is said of the batch, as far as it was read. */
  head: () => BatchHead;
}

/** An item before it is known what applies to all of them. */
interface HeldItem extends Pick<ReadItem, 'index' | 'key' | 'bytes'> {
  make: () => Pick<ReadItem, 'request' | 'hash'>;
}

/**
 * The items of a batch on their way from its body to whoever takes them. A short batch goes all at once, when its body has
 * ended well; of a long one no more than a part is in memory.
 */
export class BatchFlow {
  readonly #options: FlowOptions;
  readonly #hash = createHash('sha256');
  #held: HeldItem[] = [];
  #heldBytes = 0;
  #head: BatchHead | undefined;
  /** Names that the request itself gave. */
  readonly #keys = new Set<string>();
  #count = 0;
  #beyond = 0;

  constructor(options: FlowOptions) {
    this.#options = options;
  }

  /** The index of the next item. */
  get next(): number {
    return this.#count;
  }

  /** Whether items have been handed over, so that nothing more can be said of the batch as a whole. */
  get flows(): boolean {
    return this.#head !== undefined;
  }

  /** Whether no item before has this key, which only one may have. */
  isNew(key: string): boolean {
    const isNew = !this.#keys.has(key);
    this.#keys.add(key);
    return isNew;
  }

  /** One more than a batch may have: these are only counted. */
  putBeyond(): void {
    this.#beyond += 1;
  }

  /** Adds the next item. */
  put(key: string | undefined, bytes: number, make: HeldItem['make']): void {
    if (this.#count === batchItemsMax) {
      this.putBeyond();
      return;
    }
    this.#held.push({ index: this.#count, key, bytes, make });
    this.#heldBytes += bytes;
    this.#count += 1;
  }

  /** Hands over what is more than may be kept; a promise where anything is. */
  drain(): Promise<void> | undefined {
    const keeps = !this.flows && this.#heldBytes <= this.#options.heldBytesMax;
    return keeps || this.#held.length === 0 ? undefined : this.#handOver();
  }

  /** Hands over the rest. */
  async end(): Promise<BatchExtent> {
    await this.#handOver(this.#count);
    const fingerprint = this.#hash.update(`${jsonHash({ ...this.#head })} ${this.#beyond}`).digest('hex');
    return { count: this.#count, beyond: this.#beyond, fingerprint };
  }

  async #handOver(count?: number): Promise<void> {
    if (this.#head === undefined) {
      this.#head = this.#options.head();
      await this.#options.sink.begin(this.#head, count);
    }
    const items = this.#held.map(({ make, ...item }): ReadItem => ({ ...item, ...make() }));
    this.#held = [];
    this.#heldBytes = 0;
    for (const { hash } of items) this.#hash.update(hash);
    if (items.length > 0) await this.#options.sink.add(items);
  }
}
