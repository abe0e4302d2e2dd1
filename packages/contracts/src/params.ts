import { z } from 'zod';
import { invalidField, invalidFields } from './invalid-fields.js';
import type { GenerationDefaults, ModelManifest } from './manifest.js';
import type { FieldError } from './problem.js';
import { newSeed, samplingDefaults, samplingParamNames, samplingParams } from './sampling-params.js';
import { captionOnlyParams, textParams } from './text-params.js';

/**
 * Bounds that keep one caption from costing what a hundred do. Beams multiply the decoder's work and memory; the
 * others are bounded where more has no meaning.
 */
export const numBeamsMax = 8;
const lengthPenaltyMax = 10;
const repetitionPenaltyMin = 0.1;
const repetitionPenaltyMax = 10;
const noRepeatNgramSizeMax = 64;

/**
 * Fully resolved generation parameters: what the model will do, nothing left to a default. Names as in transformers. Those
 * that are optional are absent where nothing was asked for; `do_sample` is then absent, not false.
 */
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
  ...samplingParams,
  ...textParams,
});
export type CaptionParams = z.infer<typeof captionParams>;

/** What a caller asked for. */
export const requestedParams = captionParams.partial();
export type RequestedParams = z.infer<typeof requestedParams>;

/** What a caller may ask of answers, which are one for each question and have no prompt. */
export const requestedAnswerParams = requestedParams.omit(
  Object.fromEntries(captionOnlyParams.map((name) => [name, true])) as Record<(typeof captionOnlyParams)[number], true>,
);

/** Says what is wrong with a parameter that a request's schema does not know. */
export function unknownParamMessage(name: string): string {
  return (captionOnlyParams as readonly string[]).includes(name) ? 'is for captions alone' : 'is not a parameter';
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
  manifest: Pick<ModelManifest, 'generation_config' | 'text_config' | 'positions_max' | 'min_confidence'>;
  /** An endpoint's own defaults (`/generate`: BentoBlip's 100 and 20). */
  endpoint?: GenerationDefaults;
  /** Tokens before the first generated one: 1 (bos) + the prompt's. */
  promptTokens: number;
  /** Words that may not occur where the request names none. */
  badWords?: readonly string[];
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
  const lengths = resolveLengths(sources, defaults);
  const search = resolveSearch(requested, defaults);
  const sampling = resolveSampling(requested);
  const numBeams = sampling.do_sample ? 1 : search.num_beams;
  const resolved = { ...lengths, ...search, num_beams: numBeams, ...sampling, ...resolveText(sources) };
  refuseContradictions(requested, resolved);
  return resolved;
}

type SearchParams = Pick<CaptionParams, (typeof searchParamNames)[number]>;

/** Sampling is only what was asked for: a checkpoint that samples by default is not followed. */
function resolveSampling(requested: RequestedParams): Partial<CaptionParams> {
  const { do_sample, ...given } = requested;
  if (do_sample) {
    const { temperature, top_k, top_p, seed = newSeed() } = { ...samplingDefaults, ...definedOf(given) };
    return { do_sample, temperature, top_k, top_p, seed };
  }
  const unused = samplingParamNames.filter((name) => name !== 'do_sample' && requested[name] !== undefined);
  if (unused.length > 0) throw invalidFields(unused.map((field) => ({ field, message: 'needs do_sample: true' })));
  return {};
}

/** Without what asks for nothing, so that requests that ask for the same are alike. */
function resolveText({ requested, manifest, badWords = [] }: ParamsSources): Partial<CaptionParams> {
  const { num_return_sequences = 1, min_words = 0, max_chars, suppress_prompt, format } = requested;
  const words = [...new Set((requested.bad_words ?? badWords).map((text) => text.trim()))].sort();
  return definedOf({
    num_return_sequences: num_return_sequences > 1 ? num_return_sequences : undefined,
    bad_words: words.length > 0 ? words : undefined,
    min_words: min_words > 0 ? min_words : undefined,
    max_chars,
    suppress_prompt: suppress_prompt || undefined,
    format: format === 'alt' ? format : undefined,
    min_confidence: requested.min_confidence ?? manifest.min_confidence,
  });
}

/** @throws BlipqError `invalid_params` where what was asked for cannot all be had */
function refuseContradictions(requested: RequestedParams, resolved: CaptionParams): void {
  const { do_sample, num_beams, num_return_sequences: count = 1, min_words: words = 0, max_chars } = resolved;
  const errors: FieldError[] = [];
  if (do_sample && (requested.num_beams ?? 1) > 1) {
    errors.push({ field: 'num_beams', message: 'must be 1 with do_sample: true; captions are sampled without beams' });
  }
  if (!do_sample && count > num_beams) {
    const message = `must be at most num_beams, which is ${num_beams}, unless do_sample is true`;
    errors.push({ field: 'num_return_sequences', message });
  }
  if (words > resolved.max_new_tokens) {
    errors.push({ field: 'min_words', message: `must be at most max_new_tokens, which is ${resolved.max_new_tokens}` });
  }
  if (max_chars !== undefined && 2 * words - 1 > max_chars) {
    errors.push({
      field: 'min_words',
      message: `does not fit max_chars: ${words} words take ${2 * words - 1} or more`,
    });
  }
  if (errors.length > 0) throw invalidFields(errors);
}

/** The fields that have a value. */
function definedOf<T extends object>(fields: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

const searchParamNames = [
  'num_beams',
  'length_penalty',
  'early_stopping',
  'repetition_penalty',
  'no_repeat_ngram_size',
] as const;

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
    const message = `is ${promptTokens - 1} tokens long; this model takes at most ${manifest.positions_max - 1}`;
    throw invalidField('prompt', message);
  }
  if (requested.max_new_tokens !== undefined && requested.max_new_tokens > room) {
    throw invalidField('max_new_tokens', `must be at most ${room} with this prompt and model`);
  }
  const max = requested.max_new_tokens ?? Math.min(defaultMax(defaults, promptTokens), room);
  if (requested.min_new_tokens !== undefined && requested.min_new_tokens > max) {
    throw invalidField('min_new_tokens', `must be at most max_new_tokens, which is ${max}`);
  }
  const min = requested.min_new_tokens ?? clamp(first(defaults, 'min', promptTokens), 0, max);
  return { max_new_tokens: max, min_new_tokens: min };
}

function defaultMax(defaults: GenerationDefaults[], promptTokens: number): number {
  const max = first(defaults, 'max', promptTokens);
  if (max >= 1) return max;
  const message = `is ${promptTokens - 1} tokens long, which the model's default max_length of ${max + promptTokens} leaves no room after; set max_new_tokens`;
  throw invalidField('prompt', message);
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
