import { createHash } from 'node:crypto';
import {
  type BatchId,
  BlipqError,
  type CaptionRequest,
  type GenerationDefaults,
  type ModelManifest,
  type ModelVersion,
  newIdFor,
  taskOf,
  type WebhookTarget,
  type WorkRequest,
  type WorkResource,
  workInputOf,
} from '@blipq/contracts';
import type { PixelPool } from '@blipq/pixels';
import type { Submission, SubmitOutcome, WorkQueue } from '@blipq/queue';
import { inSpan } from '@blipq/service';
import type { BodyMemory } from '../gates/body-memory.js';
import type { Places } from '../gates/places.js';
import type { Requester } from '../gates/requester.js';
import { jsonHash } from '../request/json-hash.js';
import type { GatewayMetrics } from './gateway-metrics.js';
import { imageBytes } from './image-bytes.js';
import type { ImageFetcher } from './image-fetcher.js';
import type { ModelCatalog } from './model-catalog.js';
import type { RoomWait } from './room-wait.js';
import type { WebhookTargets } from './webhook-targets.js';

/** What a request brings beside what it asks for. */
export interface SubmitContext extends Omit<Requester, 'signal'> {
  /** Generation defaults of the endpoint that was called. */
  endpoint?: GenerationDefaults;
  /** An id that the client chose. */
  id?: string;
  /** The id that it gets unless the client chose one. */
  newId?: string;
  idempotencyKey?: string;
  batchId?: BatchId;
  /** Of an item of a batch: its place there. */
  item?: Submission['item'];
  /** It waits for room in the queue; left out where it is refused at once. */
  room?: RoomWait;
  /** The webhook notified on completion unless the request names one. */
  webhook?: WebhookTarget;
  /** Aborts when nobody waits for the answer any longer; left out where that ends nothing. */
  signal?: AbortSignal;
}

/** Has an image decoded when it is its turn. */
type InTurn = <T>(decode: () => Promise<T>) => Promise<T>;

interface IntakeParts {
  models: Pick<ModelCatalog, 'current' | 'newest'>;
  pixels: Pick<PixelPool, 'toPixels'>;
  queue: Pick<WorkQueue<WorkResource>, 'admit' | 'submit'>;
  fetcher: Pick<ImageFetcher, 'fetch' | 'check'>;
  webhooks: Pick<WebhookTargets, 'of'>;
  metrics: Pick<GatewayMetrics, 'submission' | 'preprocess'>;
  /** Memory for images that are fetched; uploaded ones have theirs already. */
  bodyMemory: BodyMemory;
  /** Images that are being decoded, or wait for that. */
  decodes: Places;
  /** Words that may not occur in what /v1 answers, unless a request says otherwise. */
  badWords: readonly string[];
}

/** Turns a request into a queued caption, answer or match. Everything that can be refused is refused before the image is decoded. */
export class WorkIntake {
  readonly #parts: IntakeParts;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /**
   * @returns `replayed` when the same request, by its id or idempotency key, was made before
   * @throws BlipqError for a prompt, parameter or image that cannot be used, and when the queue or model is away
   */
  accept(request: CaptionRequest, context: SubmitContext): Promise<SubmitOutcome>;
  accept(request: WorkRequest, context: SubmitContext): Promise<SubmitOutcome<WorkResource>>;
  async accept(request: WorkRequest, context: SubmitContext): Promise<SubmitOutcome<WorkResource>> {
    const submit = () => this.#accept(request, context);
    const { room } = context;
    return await this.#parts.metrics.submission(() => (room === undefined ? submit() : room.submit(submit)));
  }

  /**
   * What a request comes to whose image is to be fetched later. Everything is refused that can be without the image.
   * @throws BlipqError as `accept`; `url_blocked` for a URL that is refused without a look-up in DNS
   */
  async describe(request: WorkRequest & { image: { url: string } }, context: SubmitContext) {
    return await this.#parts.metrics.submission(async () => {
      const { url, host } = this.#parts.fetcher.check(request.image.url);
      const { bytes, ...asked } = await this.#asked(request, context);
      return { status: 'queued', ...asked, source: { url, host, bytes, fresh: context.fresh } } as const;
    });
  }

  async #accept(request: WorkRequest, context: SubmitContext): Promise<SubmitOutcome<WorkResource>> {
    const { queue } = this.#parts;
    const { tenant, apiKey, id, idempotencyKey, batchId, item } = context;
    const { bytes, ...asked } = await this.#asked(request, context);
    const claim = {
      tenant,
      yields: item !== undefined,
      ...(apiKey?.queueMax !== undefined && { tenantOpenMax: apiKey.queueMax }),
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...((idempotencyKey ?? id) !== undefined && { fingerprint: fingerprintOf(request) }),
    };
    const chosenId = id ?? context.newId;
    const admission = await queue.admit({ ...claim, bytes, ...(chosenId !== undefined && { id: chosenId }) });
    if (admission.status === 'replayed') return admission;

    const size = Math.sqrt(bytes / 3);
    const { rgb, preprocessMs, ...image } = await this.pixelsOf(request.image, size, context);
    return await queue.submit({
      ...claim,
      ...asked,
      id: chosenId ?? newIdFor(taskOf(request)),
      image,
      pixels: rgb,
      preprocessMs,
      reuse: context.fresh ? 'refresh' : 'use',
      ...(batchId !== undefined && { batchId }),
      ...(item && { item }),
    });
  }

  /** What a request asks of which model, beside its image, nothing left to a default. `bytes`: of its pixels. */
  async #asked(request: WorkRequest, { apiKey, endpoint, ...context }: SubmitContext) {
    const { models, webhooks } = this.#parts;
    const task = taskOf(request);
    const webhook = request.webhook ? webhooks.of(task, request.webhook, apiKey) : context.webhook;
    const served = await models.current(task, request.model);
    const { manifest } = served;
    const input = workInputOf(request, served, endpoint ? { endpoint } : { badWords: this.#parts.badWords });
    const match = 'match' in request && request.match ? await this.#matcherFor(manifest) : undefined;
    return {
      model: manifest.model,
      revision: manifest.revision,
      precision: manifest.precision,
      ...(manifest.note !== undefined && { modelNote: manifest.note }),
      ...input,
      bytes: 3 * manifest.image_size ** 2,
      ...(match && { match }),
      ...(apiKey?.weight !== undefined && { weight: apiKey.weight }),
      ...(request.metadata && { metadata: request.metadata }),
      ...(request.timeout_s !== undefined && { timeoutS: request.timeout_s }),
      ...(webhook && { webhook }),
    };
  }

  /** The model that says how well a caption of this model fits. Both see the same pixels. */
  async #matcherFor(captioner: ModelManifest): Promise<ModelVersion> {
    const matcher = await this.#parts.models.newest('image_text_retrieval');
    if (matcher === undefined) throw noMatch('no model of image-text retrieval is served');
    if (matcher.image_size === captioner.image_size) {
      return { model: matcher.model, revision: matcher.revision, precision: matcher.precision };
    }
    const sizes = [captioner, matcher].map(
      ({ model, image_size }) => `${model} sees ${image_size} × ${image_size} pixels`,
    );
    throw noMatch(`the two models need images of one size: ${sizes.join(', ')}`);
  }

  /**
   * The pixels of an image, fetched if need be, and what there is to say of it.
   * @throws BlipqError about the image; `queue_full` where this process has no room for it
   */
  async pixelsOf(
    image: WorkRequest['image'],
    size: number,
    { holder, signal }: Pick<SubmitContext, 'holder' | 'signal'>,
    inTurn: InTurn = (decode) => decode(),
  ) {
    const { pixels, fetcher, bodyMemory, decodes, metrics } = this.#parts;
    const memory = bodyMemory.open(holder);
    const charge = (bytes: number) => memory.add(bytes);
    const fetch = (url: string) => fetcher.fetch(url, { charge, signal });
    let turn: (() => void) | undefined;
    try {
      const file = image instanceof Uint8Array ? image : await imageBytes(image, fetch);
      return await inTurn(async () => {
        turn = placeOf(decodes, holder);
        const startedMs = performance.now();
        const made = await inSpan('preprocess', {}, () => metrics.preprocess(() => pixels.toPixels(file, size)));
        const preprocessMs = Math.round(performance.now() - startedMs);
        return { ...made, sha256: createHash('sha256').update(file).digest('hex'), bytes: file.length, preprocessMs };
      });
    } finally {
      memory.close();
      turn?.();
    }
  }
}

/** @throws BlipqError `queue_full` */
function placeOf(places: Places, holder: string): () => void {
  const place = places.take(holder);
  if (place !== undefined) return place;
  throw new BlipqError('queue_full', 'Too many images are on their way into the queue. Send this again in a second.', {
    retryAfterS: 1,
  });
}

function noMatch(why: string): BlipqError {
  return new BlipqError('match_unavailable', `The caption cannot be matched: ${why}.`, {
    errors: [{ field: 'match', message: why }],
  });
}

/** Equal for requests that ask for the same, whatever the order of their fields. */
function fingerprintOf(request: WorkRequest): string {
  return jsonHash({ prompt: null, params: {}, metadata: {}, ...request });
}
