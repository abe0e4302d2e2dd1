import type { ApiClient } from './api-client.js';
import { Batches } from './batches.js';
import { type ManyItem, type ManyOptions, type ManyResult, runMany } from './caption-many.js';
import { Collection, type Results, type RunOptions } from './collection.js';
import type { CallOptions } from './endpoint.js';
import type { components } from './gen/api.js';
import { type BlipqOptions, Http } from './http.js';
import type { ImageSource } from './image.js';

type Schemas = components['schemas'];

/** A BlipQ server. */
export class Blipq {
  readonly captions: Collection<'captions'>;
  readonly answers: Collection<'answers'>;
  readonly matches: Collection<'matches'>;
  readonly batches: Batches;
  /** Every operation of the API, typed, without retries. */
  readonly api: ApiClient;
  readonly #http: Http;

  /** @throws TypeError for options with which no request can be made */
  constructor(options: BlipqOptions) {
    const http = new Http(options);
    this.#http = http;
    this.api = http.api;
    this.captions = new Collection(http, '/v1/captions');
    this.answers = new Collection(http, '/v1/answers');
    this.matches = new Collection(http, '/v1/matches');
    this.batches = new Batches(http, '/v1/batches');
  }

  /** Captions an image. @throws BlipqError; the signal's reason, once the work is being canceled */
  caption(image: ImageSource, options?: RunOptions<'captions'>): Promise<Results['captions']> {
    return this.captions.run(image, options);
  }

  /** Answers a question, or several, about an image. @throws as `caption` */
  answer(image: ImageSource, options: RunOptions<'answers'>): Promise<Results['answers']> {
    return this.answers.run(image, options);
  }

  /** Says how well each text fits an image. @throws as `caption` */
  match(image: ImageSource, options: RunOptions<'matches'>): Promise<Results['matches']> {
    return this.matches.run(image, options);
  }

  /**
   * Captions many images, some at a time, and yields what became of each as they end. Images that the server fetches by
   * URL go in batches.
   */
  captionMany<Item extends ManyItem<'captions'>>(
    items: Iterable<Item> | AsyncIterable<Item>,
    options: ManyOptions & RunOptions<'captions'> = {},
  ): AsyncGenerator<ManyResult<'captions', Item>> {
    return runMany(this.captions, items, options, this.batches);
  }

  /** As `captionMany`, for questions. */
  answerMany<Item extends ManyItem<'answers'>>(
    items: Iterable<Item> | AsyncIterable<Item>,
    options: ManyOptions & RunOptions<'answers'>,
  ): AsyncGenerator<ManyResult<'answers', Item>> {
    return runMany(this.answers, items, options, this.batches);
  }

  /** As `captionMany`, for texts to compare with. */
  matchMany<Item extends ManyItem<'matches'>>(
    items: Iterable<Item> | AsyncIterable<Item>,
    options: ManyOptions & RunOptions<'matches'>,
  ): AsyncGenerator<ManyResult<'matches', Item>> {
    return runMany(this.matches, items, options, this.batches);
  }

  /**
   * Has a signed `ping` sent to a URL, as webhooks are, and tells what its receiver did. A receiver that fails is no
   * error.
   */
  testWebhook(url: string, options?: CallOptions): Promise<Schemas['WebhookTest']> {
    return this.#http.call('POST', '/v1/webhooks/test', { body: { url } }, options?.signal);
  }

  /**
   * A token with which a browser's EventSource watches events without the key: `<links.self>/events?token=…`. Where a
   * server has no keys, none is needed or given.
   */
  eventToken({ signal, ...body }: Schemas['EventTokenRequest'] & CallOptions = {}): Promise<Schemas['EventToken']> {
    return this.#http.call('POST', '/v1/events/token', { body }, signal);
  }

  /** The models that are served, the newest first. */
  async models(options?: CallOptions): Promise<Schemas['Model'][]> {
    return (await this.#http.call<Schemas['ModelPage']>('GET', '/v1/models', {}, options?.signal)).data;
  }
}
