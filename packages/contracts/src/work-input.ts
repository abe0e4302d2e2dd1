import type { CaptionRequest } from './caption-request.js';
import { invalidField, invalidFields } from './invalid-fields.js';
import type { GenerationDefaults, ModelManifest } from './manifest.js';
import { type CaptionParams, resolveParams } from './params.js';
import type { FieldError } from './problem.js';
import type { WorkInput } from './work.js';
import type { WorkRequest } from './work-request.js';

/** A model as far as it decides what it can be asked. */
export interface AskedModel {
  manifest: Pick<ModelManifest, 'positions_max' | 'generation_config' | 'text_config' | 'min_confidence'>;
  tokenizer: {
    encodePrompt(text: string): number[];
    /** Whether there is a word left to say without these. */
    leavesWords(badWords: readonly string[]): boolean;
  };
}

/** Defaults of a request. */
export interface AskedDefaults {
  /** Generation defaults of the endpoint that was called. */
  endpoint?: GenerationDefaults;
  /** Words that may not occur. */
  badWords?: readonly string[];
}

/** Most tokens of one request's questions or texts, each counted as long as the longest: they run side by side. */
const tokensMax = 4096;

/**
 * What the model will be asked beside the image, nothing left to a default.
 *
 * @throws BlipqError `invalid_params`
 */
export function workInputOf(request: WorkRequest, served: AskedModel, defaults: AskedDefaults = {}): WorkInput {
  if ('texts' in request) return { texts: measured('texts', request.texts, served) };
  if ('question' in request || 'questions' in request) {
    const asked = request.questions ?? [request.question!].flat();
    const field = request.questions === undefined && asked.length === 1 ? 'question' : 'questions';
    return { questions: measured(field, asked, served), params: paramsOf(request.params, null, served, defaults) };
  }
  const prompt = 'prompt' in request && request.prompt?.trim() ? request.prompt : null;
  return { prompt, params: paramsOf(request.params, prompt, served, defaults) };
}

function paramsOf(
  requested: CaptionRequest['params'] = {},
  prompt: string | null,
  { manifest, tokenizer }: AskedModel,
  defaults: AskedDefaults,
): CaptionParams {
  const promptTokens = 1 + (prompt === null ? 0 : tokenizer.encodePrompt(prompt).length);
  const params = resolveParams({ requested, manifest, promptTokens, ...defaults });
  if (requested.bad_words !== undefined && !tokenizer.leavesWords(requested.bad_words)) {
    throw invalidField('bad_words', 'leave the model no word to say');
  }
  const before = prompt === null || params.suppress_prompt ? 0 : [...prompt.trim()].length;
  if (before > 0 && params.max_chars !== undefined && before + 2 > params.max_chars) {
    throw invalidField('max_chars', `leaves no room behind the prompt, which has ${before} characters`);
  }
  return params;
}

/** The texts, if the model can read them: [CLS], the text and [SEP] have to fit its positions. */
function measured(field: string, texts: string[], { manifest, tokenizer }: AskedModel): string[] {
  const lengths = texts.map((text) => tokenizer.encodePrompt(text).length + 2);
  const errors = lengths.flatMap((length, i): FieldError[] => {
    if (length <= manifest.positions_max) return [];
    const message = `is ${length - 2} tokens long; this model takes at most ${manifest.positions_max - 2}`;
    return [{ field: field === 'question' ? field : `${field}.${i}`, message }];
  });
  if (errors.length > 0) throw invalidFields(errors);
  const padded = Math.max(...lengths) * texts.length;
  if (padded > tokensMax) {
    const message = `come to ${padded} tokens, each counted as long as the longest; send at most ${tokensMax} at once`;
    throw invalidField(field, message);
  }
  return texts;
}
