import { afterAll, describe, expect, it } from 'vitest';
import { readBlipConfig } from './config.js';
import { modelFolder, removeModelFolders } from './testing/write-files.js';

afterAll(removeModelFolders);

const CAPTIONING = ['vision_model.post_layernorm.bias', 'text_decoder.bert.embeddings.LayerNorm.bias'];

async function read(config: unknown, files: Record<string, unknown> = {}, tensorNames: readonly string[] = CAPTIONING) {
  const contents = Object.entries({ ...(config === undefined ? {} : { 'config.json': config }), ...files });
  const folder = await modelFolder(
    Object.fromEntries(
      contents.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
    ),
  );
  return await readBlipConfig(folder, tensorNames);
}

const invalid = (...words: string[]) => ({
  code: 'config_invalid',
  message: expect.stringMatching(new RegExp(words.map((word) => `(?=.*${word})`).join(''))),
});

describe('config.json', () => {
  it('has the class defaults of transformers for all that it leaves out', async () => {
    // BlipConfig(), BlipVisionConfig(), BlipTextConfig() and BlipImageProcessor() of transformers 5.17
    expect(await read({ text_config: null })).toEqual({
      vision: {
        hiddenSize: 768,
        intermediateSize: 3072,
        layers: 12,
        heads: 12,
        imageSize: 384,
        patchSize: 16,
        layerNormEps: 1e-5,
      },
      text: {
        vocabSize: 30_524,
        hiddenSize: 768,
        encoderHiddenSize: 768,
        intermediateSize: 3072,
        layers: 12,
        heads: 8,
        positions: 512,
        layerNormEps: 1e-12,
        bosTokenId: 30_522,
        sepTokenId: 102,
        padTokenId: 0,
        tied: true,
      },
      projectionSize: 256,
      imageMean: [0.48145466, 0.4578275, 0.40821073],
      imageStd: [0.26862954, 0.26130258, 0.27577711],
      generationConfig: {},
      textGeneration: {},
      task: 'captioning',
    });
  });

  it('cannot give the text model another encoder than the vision model', async () => {
    const { text } = await read({
      vision_config: { hidden_size: 1024, num_attention_heads: 16 },
      text_config: { encoder_hidden_size: 768 },
    });
    expect(text.encoderHiddenSize).toBe(1024);
  });

  it('keeps the generation fields of text_config apart from those of generation_config.json', async () => {
    const config = await read(
      { text_config: { max_length: 60, num_beams: 3, min_length: null, do_sample: false } },
      { 'generation_config.json': { max_new_tokens: 30, early_stopping: 'never', _from_model_config: true } },
    );
    expect(config.textGeneration).toEqual({ max_length: 60, num_beams: 3 });
    expect(config.generationConfig).toEqual({ max_new_tokens: 30, early_stopping: 'never' });
  });

  it.each([
    ['BlipForConditionalGeneration', 'captioning'],
    ['BlipForQuestionAnswering', 'question_answering'],
    ['BlipForImageTextRetrieval', 'image_text_retrieval'],
  ])('of %s is for %s', async (architecture, task) => {
    expect(await read({ architectures: [architecture] }, {}, [])).toMatchObject({ task });
  });

  it.each([
    [['text_decoder.a', 'vision_model.a'], 'captioning'],
    [['text_encoder.a', 'text_decoder.a', 'vision_model.a'], 'question_answering'],
    [['text_encoder.a', 'itm_head.bias', 'vision_model.a'], 'image_text_retrieval'],
  ])('without an architecture leaves the task to the tensors %j', async (names, task) => {
    expect(await read({}, {}, names)).toMatchObject({ task });
  });

  it.each([
    ['another activation', { vision_config: { hidden_act: 'quick_gelu' } }, ['vision_config.hidden_act', 'gelu']],
    ['a size of the wrong type', { text_config: { hidden_size: '768' } }, ['text_config.hidden_size']],
    ['a size below one', { text_config: { num_hidden_layers: 0 } }, ['text_config.num_hidden_layers']],
    ['a size without bound', { text_config: { vocab_size: 1e12 } }, ['text_config.vocab_size']],
    ['heads that do not divide the size', { text_config: { num_attention_heads: 7 } }, ['num_attention_heads']],
    ['patches that do not divide the image', { vision_config: { image_size: 390 } }, ['patch_size']],
    ['oblong images', { vision_config: { image_size: [384, 512] } }, ['square']],
    ['a token beyond the vocabulary', { text_config: { bos_token_id: 30_524 } }, ['vocab_size']],
    ['another model', { model_type: 'blip-2' }, ['model_type']],
    ['another architecture', { architectures: ['BlipModel'] }, ['BlipModel', 'BlipForConditionalGeneration']],
    ['a list', [], ['config.json']],
    ['no JSON', 'hidden_size: 768', ['not JSON']],
    ['nested brackets without end', '['.repeat(200_000), ['not JSON']],
  ])('that asks for %s is refused', async (_what, config, words) => {
    await expect(read(config)).rejects.toMatchObject(invalid(...words));
  });

  it('that is missing is an error of its own', async () => {
    await expect(read(undefined)).rejects.toMatchObject({ code: 'checkpoint_missing' });
  });

  it('without an architecture and without the tensors of one is refused', async () => {
    await expect(read({}, {}, ['encoder.weight'])).rejects.toMatchObject(invalid('is this a BLIP model'));
  });
});

describe('preprocessor_config.json', () => {
  const config = { vision_config: { image_size: 96 } };
  const preprocessor = (value: unknown) => ({ 'preprocessor_config.json': value });

  it.each([96, { height: 96, width: 96 }])('may give its size as %j', async (size) => {
    const image_mean = [0.5, 0.25, 0.125];
    expect(await read(config, preprocessor({ size, image_mean, resample: 3, rescale_factor: 1 / 255 }))).toMatchObject({
      imageMean: image_mean,
      imageStd: [0.26862954, 0.26130258, 0.27577711],
    });
  });

  it('may be a part of processor_config.json', async () => {
    const image_std = [1, 2, 4];
    const files = { 'processor_config.json': { image_processor: { image_std }, processor_class: 'BlipProcessor' } };
    expect((await read(config, files)).imageStd).toEqual(image_std);
  });

  it.each([
    ['another size', { size: 384 }, ['384', '96']],
    ['an oblong size', { size: { height: 96, width: 128 } }, ['square']],
    ['the shortest edge', { size: { shortest_edge: 96 } }, ['size: must be']],
    ['another filter', { resample: 2 }, ['resample']],
    ['no normalisation', { do_normalize: false }, ['do_normalize']],
    ['another scale', { rescale_factor: 1 / 127.5 }, ['rescale_factor', '1/255']],
    ['a spread of zero', { image_std: [0, 1, 1] }, ['image_std']],
    ['one channel', { image_mean: [0.5] }, ['image_mean']],
  ])('that asks for %s is refused', async (_what, value, words) => {
    await expect(read(config, preprocessor(value))).rejects.toMatchObject(invalid(...words));
  });
});
