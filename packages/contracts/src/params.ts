import { z } from 'zod';
import type { GenerationDefaults, ModelManifest } from './manifest.js';
import { BlipqError, type FieldError } from './problem.js';

/**
 * Bounds that keep one caption from costing what a hundred do. Beams multiply the decoder's work and memory; the
 * others are bounded where more has no meaning.
 */
export const numBeamsMax = 8;
const lengthPenaltyMax = 10;
const repetitionPenaltyMin = 0.1;
const repetitionPenaltyMax = 10;
const noRepeatNgramSizeMax = 64;

/** Fully resolved generation parameters: what the model will do, nothing left to a default. Names as in transformers. */
export const captionParams = z.strictObject({
  /** Tokens generated beyond the prompt, end of sequence included. */
  max_new_tokens: z.int().min(1),
  /** The end of sequence is banned before that many. */
  min_new_tokens: z.int().min(0),
  /** 1 is greedy search. */
  num_beams: z.int().min(1).max(numBeamsMax),
  /** Beam search divides a beam's score by its length to this power. */
  length_penalty: z.number().min(-lengthPenaltyMax).max(lengthPenaltyMax),
  early_stopping: z.union([z.boolean(), z.literal('never')]),
  /** 1 does nothing. */
  repetition_penalty: z.number().min(repetitionPenaltyMin).max(repetitionPenaltyMax),
  /** 0 does nothing. */
  no_repeat_ngram_size: z.int().min(0).max(noRepeatNgramSizeMax),
});
export type CaptionParams = z.infer<typeof captionParams>;

/** What a caller asked for. */
export const requestedParams = captionParams.partial();
export type RequestedParams = z.infer<typeof requestedParams>;

/** transformers' words for what we do not do, whatever their value. */
const samplingParams = ['do_sample', 'temperature', 'top_k', 'top_p'];

/** Says what is wrong with a parameter that `requestedParams` does not know. */
export function unknownParamMessage(name: string): string {
  return samplingParams.includes(name)
    ? 'sampling is not supported; captions are made by greedy or beam search, see num_beams'
    : 'is not a parameter';
}

/**
 * Parses the `params` of a request.
 *
 * @throws BlipqError `invalid_params` with every field that is wrong; sampling is refused by name
 */
export function parseRequestedParams(params: unknown): RequestedParams {
  const parsed = requestedParams.safeParse(params);
  if (parsed.success) return parsed.data;
  throw invalid(
    ...parsed.error.issues.flatMap((issue): FieldError[] =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((field) => ({ field, message: unknownParamMessage(field) }))
        : [{ field: issue.path.join('.') || 'params', message: issue.message }],
    ),
  );
}

/** transformers' own defaults, where neither the request nor the checkpoint nor the endpoint says anything. */
const lastResort = {
  max_new_tokens: 20,
  min_new_tokens: 0,
  num_beams: 1,
  length_penalty: 1,
  early_stopping: false,
  repetition_penalty: 1,
  no_repeat_ngram_size: 0,
} as const satisfies GenerationDefaults;

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
 * Defaults give way (a default that does not fit the position table or our bounds, or a default minimum above the
 * maximum, is lowered); what the caller asked for does not. A default `max_length` that leaves no room for a single
 * token after the prompt is refused, as transformers does.
 *
 * @throws BlipqError `invalid_params`, with the offending field, when the request cannot be run.
 */
export function resolveParams(sources: ParamsSources): CaptionParams {
  const { requested, manifest, endpoint = {} } = sources;
  const defaults = [manifest.generation_config, endpoint, manifest.text_config, lastResort];
  return { ...resolveLengths(sources, defaults), ...resolveSearch(requested, defaults) };
}

type SearchParams = Omit<CaptionParams, 'max_new_tokens' | 'min_new_tokens'>;

function resolveSearch(requested: RequestedParams, sources: GenerationDefaults[]): SearchParams {
  const merged = Object.assign({}, ...sources.toReversed()) as Required<GenerationDefaults>;
  const beams = clamp(merged.num_beams, 1, numBeamsMax);
  const lengthPenalty = clamp(merged.length_penalty, -lengthPenaltyMax, lengthPenaltyMax);
  const repetitionPenalty = clamp(merged.repetition_penalty, repetitionPenaltyMin, repetitionPenaltyMax);
  const ngramSize = clamp(merged.no_repeat_ngram_size, 0, noRepeatNgramSizeMax);
  return {
    num_beams: requested.num_beams ?? beams,
    length_penalty: requested.length_penalty ?? lengthPenalty,
    early_stopping: requested.early_stopping ?? merged.early_stopping,
    repetition_penalty: requested.repetition_penalty ?? repetitionPenalty,
    no_repeat_ngram_size: requested.no_repeat_ngram_size ?? ngramSize,
  };
}

function resolveLengths(
  { requested, manifest, promptTokens }: ParamsSources,
  defaults: GenerationDefaults[],
): Pick<CaptionParams, 'max_new_tokens' | 'min_new_tokens'> {
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
  const max = requested.max_new_tokens ?? Math.min(defaultMax(defaults, promptTokens), room);
  if (requested.min_new_tokens !== undefined && requested.min_new_tokens > max) {
    throw invalid({ field: 'min_new_tokens', message: `must be at most max_new_tokens, which is ${max}` });
  }
  const min = requested.min_new_tokens ?? clamp(first(defaults, 'min', promptTokens), 0, max);
  return { max_new_tokens: max, min_new_tokens: min };
}

function defaultMax(defaults: GenerationDefaults[], promptTokens: number): number {
  const max = first(defaults, 'max', promptTokens);
  if (max >= 1) return max;
  const message = `is ${promptTokens - 1} tokens long, which the model's default max_length of ${max + promptTokens} leaves no room after; set max_new_tokens`;
  throw invalid({ field: 'prompt', message });
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

function invalid(...errors: FieldError[]): BlipqError {
  const detail = errors.map(({ field, message }) => `${field} ${message}`).join('; ');
  return new BlipqError('invalid_params', detail, { errors });
}
