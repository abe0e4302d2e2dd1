import { BlipqError, type Collection, type Kind, type Resources, type WaitOptions } from '@blipq/client';
import { type Card, type GivenImage, isOpen, newCardKey, summaryOf, troubleOf } from './card.js';
import { Changes } from './changes.js';
import type { Connection } from './connection.js';
import type { CardHistory } from './history.js';
import { thumbnailOf } from './thumbnail.js';
import { Turns } from './turns.js';
import type { CardRequest } from './wishes.js';

/** Each that runs holds a stream of events, and browsers open six connections to a server: two are left for the rest. */
const atOnce = 4;

type AnyResource = Resources[Kind];
type Work = (
  options: { signal: AbortSignal } & Required<Pick<WaitOptions<AnyResource>, 'onUpdate'>>,
) => Promise<AnyResource>;

/** All cards of this page, and the work that is under way for them. */
export class Runs extends Changes {
  readonly #connection: Connection;
  readonly #history: CardHistory;
  readonly #cards = new Map<string, Card>();
  readonly #stops = new Map<string, AbortController>();
  readonly #turns = new Turns(atOnce);
  /** The latest end, in words for screen readers. */
  announcement = '';

  constructor(connection: Connection, history: CardHistory) {
    super();
    this.#connection = connection;
    this.#history = history;
    for (const card of history.read()) {
      this.#cards.set(card.key, card);
      if (isOpen(card)) void this.#watch(card, card.resource!.id);
    }
  }

  /** Whether something would be lost with this page: files that the server has not got yet. */
  get isUnsent(): boolean {
    return [...this.#cards.values()].some((card) => isOpen(card) && card.resource === undefined);
  }

  /** The newest first. */
  of(kind: Kind): Card[] {
    return [...this.#cards.values()].filter((card) => card.kind === kind).reverse();
  }

  /** Asks about each picture. */
  add(kind: Kind, pictures: GivenImage[], asked: CardRequest): void {
    for (const { name, source } of pictures) {
      const card: Card = { key: newCardKey(), kind, name, source, asked, state: 'waiting' };
      this.#put(card);
      void this.#submit(card, source);
      void thumbnailOf(source).then((thumbnail) => this.#change(card.key, { thumbnail }));
    }
  }

  /** Asks the server to cancel the work; before the server has it, nothing is sent any more. */
  async cancel({ key, kind, resource }: Card): Promise<void> {
    if (resource === undefined) return this.#stops.get(key)?.abort();
    try {
      const canceled = await this.#collection(kind).cancel(resource.id);
      // It may have been retried meanwhile.
      if (this.#cards.get(key)?.resource?.id === canceled.id) this.#see(key, canceled);
    } catch (error) {
      if (!(error instanceof BlipqError && error.code === 'already_terminal'))
        this.#change(key, { trouble: troubleOf(error) });
    }
  }

  /** Tries once more: with the image that the server has still got, or else as a new request. */
  async retry(card: Card): Promise<void> {
    const { key, kind, state, resource, source } = card;
    this.#change(key, { trouble: undefined });
    // The server could not be asked how it ended.
    if (resource !== undefined && state === 'refused') return await this.#watch(card, resource.id);
    if (resource !== undefined && (await this.#retryThere(card, resource.id))) return;
    if (source === undefined) return;
    this.#change(key, { state: 'waiting', resource: undefined, trouble: undefined });
    await this.#submit({ ...card, kind }, source);
  }

  /** @returns whether the server still had the image, or nothing else can be done */
  async #retryThere(card: Card, id: string): Promise<boolean> {
    try {
      const again = await this.#collection(card.kind).retry(id);
      this.#see(card.key, again);
      void this.#watch(card, again.id);
      return true;
    } catch (error) {
      const gone = ['input_expired', 'result_expired', 'not_found'].includes((error as BlipqError).code);
      if (gone && card.source !== undefined) return false;
      this.#change(card.key, { trouble: troubleOf(error) });
      return true;
    }
  }

  /** Takes a card off the page; its work is canceled. */
  remove(card: Card): void {
    if (isOpen(card)) void this.cancel(card);
    this.#stops.get(card.key)?.abort();
    this.#cards.delete(card.key);
    this.#history.forget(card.key);
    this.changed();
  }

  clear(kind: Kind): void {
    for (const card of this.of(kind)) this.remove(card);
  }

  /** Sends again what was refused for want of a key. */
  keyGiven(): void {
    for (const card of this.#cards.values()) {
      if (card.trouble?.code === 'unauthorized' && card.source !== undefined) void this.retry(card);
    }
  }

  async #submit({ key, kind, asked }: Pick<Card, 'key' | 'kind' | 'asked'>, source: Blob | string): Promise<void> {
    await this.#track(key, async ({ signal, onUpdate }) => {
      this.#change(key, { state: 'sending' });
      // The three kinds have one life; what is asked fits its own.
      return await this.#collection(kind).run(source, { ...asked, signal, onUpdate } as never);
    });
  }

  async #watch({ key, kind }: Pick<Card, 'key' | 'kind'>, id: string): Promise<void> {
    await this.#track(key, (options) => this.#collection(kind).wait(id, options));
  }

  /** Takes its turn, shows every state as it changes, and the end. */
  async #track(key: string, work: Work): Promise<void> {
    const stop = new AbortController();
    this.#stops.set(key, stop);
    const onUpdate = (resource: AnyResource) => this.#see(key, resource);
    try {
      const resource = await this.#turns.run(stop.signal, () => work({ signal: stop.signal, onUpdate }));
      this.#see(key, resource);
      if (resource.error) this.#change(key, { trouble: { ...resource.error, errors: [] } });
    } catch (error) {
      if (stop.signal.aborted) this.#change(key, { state: 'canceled' });
      else this.#fail(key, error);
    } finally {
      this.#stops.delete(key);
    }
  }

  #fail(key: string, error: unknown): void {
    const state = this.#cards.get(key)?.state;
    const trouble = state === 'canceled' || state === 'expired' ? undefined : troubleOf(error);
    this.#change(key, state !== undefined && isOpen({ state }) ? { state: 'refused', trouble } : { trouble });
  }

  #collection(kind: Kind): Collection<Kind> {
    return this.#connection.client[kind] as unknown as Collection<Kind>;
  }

  /** Answers and events overtake one another: what is older than what is known is nothing new. */
  #see(key: string, resource: AnyResource): void {
    const known = this.#cards.get(key)?.resource;
    if (known?.id === resource.id && known.version > resource.version) return;
    this.#change(key, { resource, state: resource.state });
  }

  /** A card that was removed stays so. */
  #change(key: string, changes: { [Field in keyof Card]?: Card[Field] | undefined }): void {
    const card = this.#cards.get(key);
    if (card === undefined) return;
    const changed = { ...card, ...changes } as Card;
    if (isOpen(card) && !isOpen(changed)) this.announcement = summaryOf(changed);
    this.#put(changed);
  }

  #put(card: Card): void {
    this.#cards.set(card.key, card);
    this.#history.keep(card);
    this.changed();
  }
}
