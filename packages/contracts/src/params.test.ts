import { describe, expect, test } from 'vitest';
import { type ParamsSources, resolveParams } from './params.js';

const manifest = { generation_config: {}, text_config: {}, positions_max: 512 };
const resolve = (sources: Partial<ParamsSources>) =>
  resolveParams({ requested: {}, manifest, promptTokens: 1, ...sources });

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
    expect(resolve({ promptTokens: 4 })).toEqual({ max_new_tokens: 16, min_new_tokens: 0 });
  });

  test('give way to the position table, the prompt and the requested maximum', () => {
    expect(resolve({ manifest: { ...manifest, positions_max: 10 }, promptTokens: 3 })).toMatchObject({
      max_new_tokens: 8,
    });
    expect(resolve({ promptTokens: 30 })).toEqual({ max_new_tokens: 1, min_new_tokens: 0 });
    expect(resolve({ requested: { max_new_tokens: 5 }, endpoint })).toEqual({ max_new_tokens: 5, min_new_tokens: 5 });
  });
});

describe('refused with the field', () => {
  const small = { ...manifest, positions_max: 10 };

  test.each([
    ['prompt', { manifest: small, promptTokens: 11 }],
    ['max_new_tokens', { manifest: small, promptTokens: 3, requested: { max_new_tokens: 9 } }],
    ['min_new_tokens', { requested: { max_new_tokens: 5, min_new_tokens: 6 } }],
  ])('%s', (field, sources) => {
    expect(() => resolve(sources)).toThrow(
      expect.objectContaining({ code: 'invalid_params', errors: [{ field, message: expect.any(String) }] }),
    );
  });

  test('the longest that fits is accepted', () => {
    expect(resolve({ manifest: small, promptTokens: 3, requested: { max_new_tokens: 8 } }).max_new_tokens).toBe(8);
    expect(resolve({ manifest: small, promptTokens: 10 }).max_new_tokens).toBe(1);
  });
});
