import { createHash } from 'node:crypto';
import {
  type CaptionResource,
  type GenerationDefaults,
  newCaptionId,
  type RequestedParams,
  resolveParams,
} from '@blipq/contracts';
import type { PixelPool } from '@blipq/pixels';
import type { CaptionQueue } from '@blipq/queue';
import type { ServedModel } from './served-model.js';

/** What a caller asked for, however it was sent. */
export interface CaptionRequest {
  /** The image file as uploaded. */
  image: Uint8Array;
  prompt: string | null;
  params: RequestedParams;
}

interface IntakeParts {
  model: Pick<ServedModel, 'current'>;
  pixels: Pick<PixelPool, 'toPixels'>;
  queue: Pick<CaptionQueue, 'submit'>;
}

/** Turns a request into a queued caption. Everything that can be refused is refused before Redis is written to. */
export class CaptionIntake {
  readonly #parts: IntakeParts;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /**
   * @param endpoint generation defaults of the endpoint that was called
   * @throws BlipqError for a prompt, parameter or image that cannot be used, and when the queue or model is away
   */
  async submit({ image, prompt, params }: CaptionRequest, endpoint?: GenerationDefaults): Promise<CaptionResource> {
    const { manifest, tokenizer } = await this.#parts.model.current();
    const text = prompt === null || prompt.trim() === '' ? null : prompt;
    const promptTokens = 1 + (text === null ? 0 : tokenizer.encodePrompt(text).length);
    const resolved = resolveParams({ requested: params, manifest, endpoint, promptTokens });
    // The pixels may take over the upload's memory, so its hash comes first.
    const facts = { sha256: createHash('sha256').update(image).digest('hex'), bytes: image.length };
    const { rgb, width, height, format } = await this.#parts.pixels.toPixels(image, manifest.image_size);
    const { caption } = await this.#parts.queue.submit({
      id: newCaptionId(),
      model: manifest.model,
      revision: manifest.revision,
      prompt: text,
      params: resolved,
      image: { width, height, format, ...facts },
      pixels: rgb,
    });
    return caption;
  }
}
