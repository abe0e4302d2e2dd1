import { z } from 'zod';
import type { GenerationDefaults, ModelManifest } from './manifest.js';
import { BlipqError, type FieldError } from './problem.js';

/** Fully resolved generation parameters: what the model will do, nothing left to a default. */
export const captionParams = z.object({
  max_new_tokens: z.int().min(1),
  min_new_tokens: z.int().min(0),
});
export type CaptionParams = z.infer<typeof captionParams>;

/** What a caller asked for. */
export const requestedParams = captionParams.partial().strict();
export type RequestedParams = z.infer<typeof requestedParams>;

/** transformers' own defaults, where neither the request nor the checkpoint nor the endpoint says anything. */
const lastResort: GenerationDefaults = { max_length: 20, min_length: 0 };

export interface ParamsSources {
  requested: RequestedParams;
  manifest: Pick<ModelManifest, 'generation_config' | 'text_config' | 'positions_max'>;
  /** An endpoint's own defaults (`/generate`: BentoBlip's 100 and 20). */
  endpoint?: GenerationDefaults;
  /** Tokens before the first generated one: 1 (bos) + the prompt's. */
  promptTokens: number;
}

/**
 * Resolves parameters: request, then the checkpoint's generation_config, then the endpoint's defaults, then the
 * checkpoint's text_config, then transformers' defaults. Lengths are counted as transformers does:
 * `max_new_tokens` and `min_new_tokens` beyond the prompt, `max_length` and `min_length` including it.
 *
 * Defaults give way (a default that does not fit the position table, or a default minimum above the maximum, is
 * lowered); what the caller asked for does not.
 *
 * @throws BlipqError `invalid_params`, with the offending field, when the request cannot be run.
 */
export function resolveParams({ requested, manifest, endpoint = {}, promptTokens }: ParamsSources): CaptionParams {
  const room = manifest.positions_max + 1 - promptTokens;
  if (room < 1) {
    throw invalid({
      field: 'prompt',
      message: `is ${promptTokens - 1} tokens long; this model takes at most ${manifest.positions_max - 1}`,
    });
  }
  if (requested.max_new_tokens !== undefined && requested.max_new_tokens > room) {
    throw invalid({ field: 'max_new_tokens', message: `must be at most ${room} with this prompt and model` });
  }
  const defaults = [manifest.generation_config, endpoint, manifest.text_config, lastResort];
  const max = requested.max_new_tokens ?? clamp(first(defaults, 'max', promptTokens), 1, room);
  if (requested.min_new_tokens !== undefined && requested.min_new_tokens > max) {
    throw invalid({ field: 'min_new_tokens', message: `must be at most max_new_tokens, which is ${max}` });
  }
  const min = requested.min_new_tokens ?? clamp(first(defaults, 'min', promptTokens), 0, max);
  return { max_new_tokens: max, min_new_tokens: min };
}

/** The first source that says anything about this bound, in new tokens. */
function first(sources: GenerationDefaults[], bound: 'min' | 'max', promptTokens: number): number {
  for (const source of sources) {
    const fresh = source[`${bound}_new_tokens`];
    if (fresh !== undefined) return fresh;
    const total = source[`${bound}_length`];
    if (total !== undefined) return total - promptTokens;
  }
  return 0;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

function invalid(error: FieldError): BlipqError {
  return new BlipqError('invalid_params', `${error.field} ${error.message}`, { errors: [error] });
}
