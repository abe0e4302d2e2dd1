import { describe, expect, test } from 'vitest';
import { captionOptions } from './caption-request.js';
import { numBeamsMax, type ParamsSources, requestedParams, resolveParams } from './params.js';
import { parseFields } from './parse-fields.js';

const manifest = { generation_config: {}, text_config: {}, positions_max: 512 };
const resolveAll = (sources: Partial<ParamsSources>) =>
  resolveParams({ requested: {}, manifest, promptTokens: 1, ...sources });
/** The lengths alone. */
const resolve = (sources: Partial<ParamsSources>) => {
  const { max_new_tokens, min_new_tokens } = resolveAll(sources);
  return { max_new_tokens, min_new_tokens };
};

/** BentoBlip's. */
const endpoint = { max_new_tokens: 100, min_new_tokens: 20 };

describe('defaults', () => {
  test('the request comes first', () => {
    const requested = { max_new_tokens: 7, min_new_tokens: 3 };
    expect(resolve({ requested, endpoint })).toEqual(requested);
  });

  test('then the generation config, then the endpoint, then the text config', () => {
    const generation_config = { max_new_tokens: 20, min_new_tokens: 0 };
    const text_config = { max_length: 60 };
    const all = { ...manifest, generation_config, text_config };
    expect(resolve({ manifest: all, endpoint })).toEqual({ max_new_tokens: 20, min_new_tokens: 0 });
    expect(resolve({ manifest: { ...manifest, text_config }, endpoint })).toEqual(endpoint);
    expect(resolve({ manifest: { ...manifest, text_config } })).toEqual({ max_new_tokens: 59, min_new_tokens: 0 });
  });

  test('each bound has its own source', () => {
    const generation_config = { min_length: 6 };
    expect(resolve({ manifest: { ...manifest, generation_config }, endpoint })).toEqual({
      max_new_tokens: 100,
      min_new_tokens: 5,
    });
  });

  test('lengths of the checkpoint include bos and prompt, as in transformers', () => {
    const legacy = { ...manifest, text_config: { max_length: 20, min_length: 6 } };
    expect(resolve({ manifest: legacy, promptTokens: 4 })).toEqual({ max_new_tokens: 16, min_new_tokens: 2 });
  });

  test('where nobody says anything, 20 tokens beyond the prompt', () => {
    expect(resolve({ promptTokens: 30 })).toEqual({ max_new_tokens: 20, min_new_tokens: 0 });
  });

  test('give way to the position table, the prompt and the requested maximum', () => {
    expect(resolve({ manifest: { ...manifest, positions_max: 10 }, promptTokens: 3 })).toMatchObject({
      max_new_tokens: 8,
    });
    expect(resolve({ requested: { max_new_tokens: 5 }, endpoint })).toEqual({ max_new_tokens: 5, min_new_tokens: 5 });
  });
});

describe('search', () => {
  test('every parameter has its own source, and every parameter is explicit', () => {
    const text_config = { num_beams: 3, length_penalty: 2, no_repeat_ngram_size: 3 };
    const generation_config = { num_beams: 5, early_stopping: 'never' as const };
    const sources = {
      manifest: { ...manifest, generation_config, text_config },
      endpoint: { repetition_penalty: 1.5 },
    };
    expect(resolveAll({ ...sources, requested: { length_penalty: -1 } })).toEqual({
      max_new_tokens: 20,
      min_new_tokens: 0,
      num_beams: 5,
      length_penalty: -1,
      early_stopping: 'never',
      repetition_penalty: 1.5,
      no_repeat_ngram_size: 3,
    });
    expect(resolveAll({})).toEqual({
      max_new_tokens: 20,
      min_new_tokens: 0,
      num_beams: 1,
      length_penalty: 1,
      early_stopping: false,
      repetition_penalty: 1,
      no_repeat_ngram_size: 0,
    });
  });

  test('defaults beyond our bounds are lowered', () => {
    const generation_config = { num_beams: 100, repetition_penalty: 0.01, no_repeat_ngram_size: 1000 };
    expect(resolveAll({ manifest: { ...manifest, generation_config } })).toMatchObject({
      num_beams: numBeamsMax,
      repetition_penalty: 0.1,
      no_repeat_ngram_size: 64,
    });
  });
});

describe('a request', () => {
  test('may name every parameter', () => {
    const all = {
      max_new_tokens: 5,
      min_new_tokens: 0,
      num_beams: 8,
      length_penalty: -0.5,
      early_stopping: 'never',
      repetition_penalty: 1.2,
      no_repeat_ngram_size: 3,
      do_sample: true,
      temperature: 0.7,
      top_k: 50,
      top_p: 0.9,
      seed: 2 ** 53 - 1,
      num_return_sequences: 8,
      bad_words: ['arafed', 'a picture of'],
      min_words: 3,
      max_chars: 125,
      suppress_prompt: true,
      format: 'alt',
      min_confidence: 0.5,
    };
    expect(parseFields(requestedParams, all)).toEqual(all);
    expect(parseFields(requestedParams, {})).toEqual({});
  });

  test.each([
    ['do_sample', { do_sample: 1 }, /true or false/],
    ['temperature', { temperature: 0 }, /at least 0.01; .* use do_sample: false$/],
    ['temperature', { temperature: -1 }, /use do_sample: false$/],
    ['temperature', { temperature: 1000 }, /100/],
    ['top_k', { top_k: -1 }, /0/],
    ['top_k', { top_k: 0.5 }, /whole number/],
    ['top_p', { top_p: 0 }, /^must be above 0 and at most 1$/],
    ['top_p', { top_p: 1.01 }, /^must be above 0 and at most 1$/],
    ['seed', { seed: 1.5 }, /whole number/],
    ['seed', { seed: 'one' }, /number/],
    ['seed', { seed: -1 }, /0/],
    ['seed', { seed: 2 ** 53 }, /./],
    ['num_return_sequences', { num_return_sequences: 9 }, /8/],
    ['num_return_sequences', { num_return_sequences: 0 }, /1/],
    ['bad_words.1', { bad_words: ['a', ' '] }, /is empty/],
    ['bad_words.0', { bad_words: ['x'.repeat(65)] }, /64/],
    ['bad_words', { bad_words: Array(65).fill('a') }, /64/],
    ['bad_words', { bad_words: 'arafed' }, /list/],
    ['max_chars', { max_chars: 0 }, /1/],
    ['min_words', { min_words: -1 }, /0/],
    ['format', { format: 'html' }, /alt/],
    ['min_confidence', { min_confidence: 1.5 }, /1/],
    ['banana', { banana: 1 }, /is not a parameter/],
    ['num_beams', { num_beams: 9 }, /8/],
    ['num_beams', { num_beams: 1.5 }, /whole number/],
    ['early_stopping', { early_stopping: 'always' }, /^must be true or false, or never$/],
    ['length_penalty', { length_penalty: Number.NaN }, /number/],
    ['repetition_penalty', { repetition_penalty: 0 }, /0.1/],
    ['no_repeat_ngram_size', { no_repeat_ngram_size: -1 }, /0/],
    ['', 'many', /object/],
  ])('is refused because of %s', (field, params, message) => {
    expect(() => parseFields(requestedParams, params)).toThrow(
      expect.objectContaining({
        code: 'invalid_params',
        errors: [{ field, message: expect.stringMatching(message) }],
      }),
    );
  });

  test('gets all of its errors at once', () => {
    expect(() => parseFields(captionOptions, { metadata: { '': 'x' } })).toThrow(
      expect.objectContaining({ errors: [{ field: 'metadata', message: 'has a name that is empty' }] }),
    );
    expect(() => parseFields(requestedParams, { top_q: 1, num_beams: 0 })).toThrow(
      /num_beams .*top_q is not a parameter/s,
    );
  });
});

describe('sampling', () => {
  test('is resolved with its defaults, which are those of transformers, and a seed of its own', () => {
    const [a, b] = [resolveAll({ requested: { do_sample: true } }), resolveAll({ requested: { do_sample: true } })];
    expect(a).toMatchObject({ do_sample: true, temperature: 1, top_k: 50, top_p: 1, seed: expect.any(Number) });
    expect(Number.isSafeInteger(a.seed)).toBe(true);
    expect(a.seed).not.toBe(b.seed);
    const asked = { do_sample: true, temperature: 0.5, top_k: 0, top_p: 0.9, seed: 7 };
    expect(resolveAll({ requested: asked })).toMatchObject(asked);
  });

  test('takes the place of the beams that a checkpoint has by default', () => {
    const beams = { ...manifest, generation_config: { num_beams: 3 } };
    expect(resolveAll({ manifest: beams, requested: { do_sample: true } }).num_beams).toBe(1);
  });

  test('leaves no trace where it is off', () => {
    expect(resolveAll({ requested: { do_sample: false } })).toEqual(resolveAll({}));
  });

  test.each(['temperature', 'top_k', 'top_p', 'seed'] as const)('%s alone is refused', (field) => {
    expect(() => resolve({ requested: { [field]: 1 } })).toThrow(`${field} needs do_sample: true`);
    expect(() => resolve({ requested: { [field]: 1, do_sample: false } })).toThrow(`${field} needs do_sample: true`);
  });
});

describe('what a text is to be like', () => {
  test('is absent where nothing is asked for, however that is said', () => {
    const requested = {
      num_return_sequences: 1,
      bad_words: [],
      min_words: 0,
      suppress_prompt: false,
      format: 'text' as const,
    };
    expect(resolveAll({ requested })).toEqual(resolveAll({}));
  });

  test('bad words are trimmed, each is there once, and their order does not matter', () => {
    expect(resolveAll({ requested: { bad_words: ['dog ', 'cat', 'dog'] } }).bad_words).toEqual(['cat', 'dog']);
  });

  test('bad words by default give way to those of a request, and to none', () => {
    const badWords = ['arafed'];
    expect(resolveAll({ badWords }).bad_words).toEqual(badWords);
    expect(resolveAll({ badWords, requested: { bad_words: ['dog'] } }).bad_words).toEqual(['dog']);
    expect(resolveAll({ badWords, requested: { bad_words: [] } })).toEqual(resolveAll({}));
  });

  test('as many sequences as beams are accepted, and any number of samples', () => {
    const beams = { num_beams: 3, num_return_sequences: 3 };
    expect(resolveAll({ requested: beams })).toMatchObject(beams);
    expect(resolveAll({ requested: { do_sample: true, num_return_sequences: 8 } }).num_return_sequences).toBe(8);
  });
});

describe('refused with the field', () => {
  const small = { ...manifest, positions_max: 10 };

  test.each([
    ['prompt', { manifest: small, promptTokens: 11 }],
    ['prompt', { manifest: { ...manifest, text_config: { max_length: 20 } }, promptTokens: 20 }],
    ['max_new_tokens', { manifest: small, promptTokens: 3, requested: { max_new_tokens: 9 } }],
    ['min_new_tokens', { requested: { max_new_tokens: 5, min_new_tokens: 6 } }],
    ['num_beams', { requested: { do_sample: true, num_beams: 2 } }],
    ['num_return_sequences', { requested: { num_return_sequences: 2 } }],
    ['num_return_sequences', { requested: { num_beams: 3, num_return_sequences: 4 } }],
    ['min_words', { requested: { min_words: 21 } }],
    ['min_words', { requested: { min_words: 6, max_chars: 10 } }],
  ])('%s', (field, sources) => {
    expect(() => resolve(sources)).toThrow(
      expect.objectContaining({ code: 'invalid_params', errors: [{ field, message: expect.any(String) }] }),
    );
  });

  test('a prompt as long as the default max_length is accepted when the request says how much to generate', () => {
    const legacy = { ...manifest, text_config: { max_length: 20 } };
    const requested = { max_new_tokens: 4 };
    expect(resolve({ manifest: legacy, promptTokens: 25, requested }).max_new_tokens).toBe(4);
    expect(resolve({ manifest: legacy, promptTokens: 19 }).max_new_tokens).toBe(1);
  });

  test('the longest that fits is accepted', () => {
    expect(resolve({ manifest: small, promptTokens: 3, requested: { max_new_tokens: 8 } }).max_new_tokens).toBe(8);
    expect(resolve({ manifest: small, promptTokens: 10 }).max_new_tokens).toBe(1);
  });
});
