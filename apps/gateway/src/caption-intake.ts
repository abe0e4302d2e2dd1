import { createHash } from 'node:crypto';
import {
  type BatchId,
  type CaptionId,
  type CaptionResource,
  type GenerationDefaults,
  newCaptionId,
  publicTenant,
  resolveParams,
  type WebhookTarget,
} from '@blipq/contracts';
import type { PixelPool } from '@blipq/pixels';
import type { CaptionQueue, SubmitOutcome } from '@blipq/queue';
import type { ApiKey } from './api-keys.js';
import type { CaptionRequest } from './caption-request.js';
import type { GatewayMetrics } from './gateway-metrics.js';
import type { ImageFetcher } from './image-fetcher.js';
import { imageBytes } from './image-input.js';
import type { ServedModel } from './served-model.js';
import type { WebhookTargets } from './webhook-targets.js';

export type { CaptionRequest };

/** What a request brings beside what it asks for. */
export interface SubmitContext {
  apiKey?: ApiKey;
  /** Generation defaults of the endpoint that was called. */
  endpoint?: GenerationDefaults;
  /** An id that the client chose. */
  id?: CaptionId;
  idempotencyKey?: string;
  batchId?: BatchId;
  /** Who is told of its end unless the request itself names somebody. */
  webhook?: WebhookTarget;
  /** Have the model run even if the result of an equal caption is known. */
  fresh?: boolean;
  /** Aborts when nobody waits for the answer any longer. */
  signal?: AbortSignal;
}

interface IntakeParts {
  model: Pick<ServedModel, 'current'>;
  pixels: Pick<PixelPool, 'toPixels'>;
  queue: Pick<CaptionQueue, 'admit' | 'submit'>;
  fetcher: Pick<ImageFetcher, 'fetch'>;
  webhooks: Pick<WebhookTargets, 'ofCaption'>;
  metrics: Pick<GatewayMetrics, 'submission' | 'preprocess'>;
}

/** Turns a request into a queued caption. Everything that can be refused is refused before the image is decoded. */
export class CaptionIntake {
  readonly #parts: IntakeParts;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** For whoever only wants the caption. @throws what `accept` throws */
  async submit(
    request: CaptionRequest,
    endpoint?: GenerationDefaults,
    context: Omit<SubmitContext, 'endpoint'> = {},
  ): Promise<CaptionResource> {
    return (await this.accept(request, { ...context, ...(endpoint && { endpoint }) })).caption;
  }

  /**
   * @returns `replayed` when the same request, by its id or idempotency key, was made before
   * @throws BlipqError for a prompt, parameter or image that cannot be used, and when the queue or model is away
   */
  async accept(request: CaptionRequest, context: SubmitContext): Promise<SubmitOutcome> {
    return await this.#parts.metrics.submission(() => this.#accept(request, context));
  }

  async #accept(request: CaptionRequest, context: SubmitContext): Promise<SubmitOutcome> {
    const { model, pixels, queue, fetcher, webhooks, metrics } = this.#parts;
    const { apiKey, id, idempotencyKey, batchId } = context;
    const webhook = request.webhook ? webhooks.ofCaption(request.webhook, apiKey) : context.webhook;
    const { manifest, tokenizer } = await model.current('captioning', request.model);
    const prompt = request.prompt?.trim() ? request.prompt : null;
    const promptTokens = 1 + (prompt === null ? 0 : tokenizer.encodePrompt(prompt).length);
    const { endpoint } = context;
    const params = resolveParams({
      requested: request.params ?? {},
      manifest,
      promptTokens,
      ...(endpoint && { endpoint }),
    });
    const claim = {
      tenant: apiKey?.name ?? publicTenant,
      ...(apiKey?.queueMax !== undefined && { tenantCaptionsMax: apiKey.queueMax }),
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...((idempotencyKey ?? id) !== undefined && { fingerprint: fingerprintOf(request) }),
    };
    const bytes = 3 * manifest.image_size ** 2;
    const admission = await queue.admit({ ...claim, bytes, ...(id !== undefined && { id }) });
    if (admission.status === 'replayed') return admission;

    const { image } = request;
    const signal = context.signal ?? new AbortController().signal;
    const file = image instanceof Uint8Array ? image : await imageBytes(image, fetcher, signal);
    // The pixels may take over the file's memory, so its hash comes first.
    const facts = { sha256: createHash('sha256').update(file).digest('hex'), bytes: file.length };
    const startedMs = performance.now();
    const { rgb, width, height, format } = await metrics.preprocess(() => pixels.toPixels(file, manifest.image_size));
    return await queue.submit({
      ...claim,
      id: id ?? newCaptionId(),
      model: manifest.model,
      revision: manifest.revision,
      prompt,
      params,
      image: { width, height, format, ...facts },
      pixels: rgb,
      preprocessMs: Math.round(performance.now() - startedMs),
      reuse: context.fresh ? 'refresh' : 'use',
      ...(apiKey?.priority !== undefined && { priority: apiKey.priority }),
      ...(request.metadata && { metadata: request.metadata }),
      ...(request.timeout_s !== undefined && { timeoutS: request.timeout_s }),
      ...(batchId !== undefined && { batchId }),
      ...(webhook && { webhook }),
    });
  }
}

/** Equal for requests that ask for the same, whatever the order of their fields. */
function fingerprintOf({
  image,
  prompt = null,
  model,
  params = {},
  metadata = {},
  timeout_s,
  webhook,
}: CaptionRequest): string {
  const sorted = (fields: object) => Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  const asked = JSON.stringify([
    prompt,
    model,
    sorted(params),
    sorted(metadata),
    timeout_s,
    webhook?.url,
    webhook?.events,
  ]);
  const hash = createHash('sha256').update(asked);
  if (image instanceof Uint8Array) hash.update('file').update(image);
  else hash.update(JSON.stringify(image));
  return hash.digest('hex');
}
