import { afterAll, expect, test } from 'vitest';
import { writeTensors, writeTorch } from './checkpoint/testing/tensor-files.js';
import { global, modelFolder, pickle, removeModelFolders, torchFile } from './checkpoint/testing/write-files.js';
import { edited, type Files } from './testing/model-print.js';
import {
  expectRefusal,
  HEAD,
  merge,
  nested,
  numbers,
  QUERY,
  tiny,
  WORDS,
  weights,
  whole,
  withJson,
  without,
  withTensors,
} from './testing/tiny-folder.js';

// What is no BLIP checkpoint is refused in words that tell what was found and what to do.

const { files, vocabSize } = tiny;
afterAll(removeModelFolders);

const adapterConfig = JSON.stringify({ peft_type: 'LORA', base_model_name_or_path: 'owner/base', r: 4 });
const adapterWeights = writeTensors(new Map([[`base_model.model.${QUERY}.lora_A.weight`, numbers(4, 128)]]));
const quantised = withTensors((t) => {
  t.set(`${QUERY}.weight`, { dtype: 'I8', shape: [128, 128], data: new Uint8Array(128 * 128) });
  t.set(`${QUERY}.SCB`, numbers(128));
});
const renamed = (prefix: string) =>
  withTensors((t) => {
    for (const [name, tensor] of [...t]) {
      t.delete(name);
      t.set(`${prefix}${name}`, tensor);
    }
  });

test.each<[string, Files, string[]]>([
  [
    'BLIP-2',
    withJson('config.json', merge({ model_type: 'blip-2', architectures: ['Blip2ForConditionalGeneration'] })),
    ['"blip-2"', 'Blip2ForConditionalGeneration', 'BLIP-2'],
  ],
  ['InstructBLIP', withJson('config.json', merge({ model_type: 'instructblip' })), ['"instructblip"', 'InstructBLIP']],
  ['the text half of BLIP', withJson('config.json', merge({ model_type: 'blip_text_model' })), ['one half']],
  [
    'a feature extractor',
    withJson('config.json', merge({ architectures: ['BlipModel'] })),
    ['BlipModel', 'BlipForConditionalGeneration'],
  ],
  ["a class of one's own", withJson('config.json', merge({ architectures: ['BlipCaptioner'] })), ['BlipCaptioner']],
  [
    "BLIP-2's tensors under BLIP's configuration",
    withTensors((t) => t.set('qformer.layernorm.weight', numbers(2))),
    ['BLIP-2', 'qformer.layernorm.weight'],
  ],
  ["BlipModel's tensors", withTensors((t) => t.set('text_model.embeddings.LayerNorm.bias', numbers(2))), ['BlipModel']],
  [
    'tensors of another task',
    withTensors((t) => t.set('text_encoder.embeddings.LayerNorm.bias', numbers(2))),
    ['another task', 'text_encoder', 'architectures'],
  ],
  [
    'a configuration that says how the weights were quantised',
    {
      ...quantised,
      'config.json': edited(files['config.json'], merge({ quantization_config: { quant_method: 'gptq', bits: 4 } })),
    },
    ['quantised', 'gptq', 'dequantize()'],
  ],
  ['weights in 8 bits', quantised, ['quantised', `${QUERY}.SCB`, 'dequantize()']],
  [
    'integers without a scale',
    withTensors((t) => t.set(`${QUERY}.weight`, { dtype: 'I8', shape: [128, 128], data: new Uint8Array(128 * 128) })),
    [`1 stored as integers: ${QUERY}.weight as I8`],
  ],
  [
    '8-bit floats',
    withTensors((t) => t.set(`${QUERY}.weight`, { dtype: 'F8_E4M3', shape: [1], data: new Uint8Array(1) })),
    ['F8_E4M3'],
  ],
  [
    'a LoRA adapter alone',
    { 'adapter_config.json': adapterConfig, 'adapter_model.safetensors': adapterWeights },
    ['LoRA adapter of owner/base', 'BLIPQ_MODEL=BASE+FOLDER', 'merge_and_unload()'],
  ],
  [
    'a LoRA adapter beside weights',
    { ...whole, 'adapter_config.json': adapterConfig, 'adapter_model.safetensors': adapterWeights },
    ['LoRA adapter', 'FOLDER+FOLDER'],
  ],
  [
    "an adapter's weights without its configuration",
    { 'adapter_model.safetensors': adapterWeights },
    ['adapter_config.json'],
  ],
  [
    'another kind of adapter',
    { 'adapter_config.json': JSON.stringify({ peft_type: 'IA3' }), 'adapter_model.safetensors': adapterWeights },
    ['IA3', 'merge_and_unload()'],
  ],
  [
    'the state dict of a PeftModel',
    withTensors((t) => {
      t.set(`${QUERY}.lora_A.default.weight`, numbers(4, 128));
      t.set(`${QUERY}.base_layer.weight`, t.get(`${QUERY}.weight`)!);
      t.delete(`${QUERY}.weight`);
    }),
    ['LoRA', 'merge_and_unload()', 'lora_A'],
  ],
  ['names that DataParallel made', renamed('module.'), ['"module."', 'DataParallel', 'save_file']],
  ['names that torch.compile made', renamed('_orig_mod.'), ['"_orig_mod."', 'torch.compile']],
  ['names that Lightning made', renamed('model.'), ['"model."', 'Lightning']],
  [
    'a training run in a dict',
    { ...files, 'pytorch_model.bin': writeTorch(tiny.tensors, ['model_state_dict']) },
    ['"model_state_dict"', "torch.load(f, map_location='cpu')['model_state_dict']"],
  ],
  [
    'a pickle of torch under the name of another form',
    { ...files, 'model.safetensors': writeTorch(tiny.tensors) },
    ["mv 'model.safetensors' pytorch_model.bin"],
  ],
  [
    'safetensors under the name of a pickle',
    { ...files, 'pytorch_model.bin': weights },
    ["mv 'pytorch_model.bin' model.safetensors"],
  ],
  ['a web page', { ...files, 'model.safetensors': '<!DOCTYPE html><html>' }, ['web page', 'hf download']],
  [
    'weights that torchao quantised',
    { ...files, 'pytorch_model.bin': torchFile(pickle(global('torchao.dtypes', 'AffineQuantizedTensor'))) },
    ['torchao', 'quantised'],
  ],
  [
    'images that are not normalised',
    withJson('preprocessor_config.json', merge({ do_normalize: false })),
    ['do_normalize', 'BlipQ resizes, rescales and normalises'],
  ],
  [
    'a model that was pickled whole',
    {
      ...files,
      'pytorch_model.bin': torchFile(
        pickle(global('transformers.models.blip.modeling_blip', 'BlipForConditionalGeneration'), ')\x81'),
      ),
    },
    ['BlipForConditionalGeneration', 'nothing was run', 'save_pretrained', 'state_dict()'],
  ],
  [
    'a head that is missing although nothing ties it',
    withJson('config.json', (json) => ({
      ...json,
      tie_word_embeddings: false,
      text_config: { ...json.text_config, tie_word_embeddings: false },
    })),
    [`1 missing: ${HEAD}.decoder.weight`],
  ],
  [
    'embeddings that the configuration was not told of',
    withJson('config.json', nested('text_config', { vocab_size: vocabSize + 1 })),
    [`${WORDS} is [${vocabSize},128] and should be [${vocabSize + 1},128]`],
  ],
  [
    'another filter than bicubic',
    withJson('preprocessor_config.json', merge({ resample: 2 })),
    ['resample', 'bilinear', 'bicubic'],
  ],
  [
    'a crop to another size',
    withJson('preprocessor_config.json', merge({ do_center_crop: true, crop_size: 64 })),
    ['crop_size', '64', '96'],
  ],
  [
    'a config.json that an editor gave a byte order mark',
    { ...whole, 'config.json': `\ufeff${files['config.json']}` },
    ['config.json is not JSON'],
  ],
  ['weights without config.json', without('config.json'), ['config.json does not exist', 'save_pretrained']],
  [
    'weights without a tokenizer',
    without('tokenizer.json'),
    ['tokenizer.json does not exist', 'processor.save_pretrained'],
  ],
])('%s is refused with what to do', async (_what, folder, words) => {
  await expectRefusal(await modelFolder(folder), ...words);
});

test('a refusal names each tensor once, and no more than ten of a kind', async () => {
  const folder = withTensors((tensors) => {
    for (const name of [...tensors.keys()].filter((name) => name.startsWith('vision_model.'))) tensors.delete(name);
    for (let index = 0; index < 12; index++) tensors.set(`spare.${index}`, numbers(1));
  });
  const message = await expectRefusal(
    await modelFolder(folder),
    '30 missing: ',
    ' and 20 more; 12 not part of the model: ',
    ' and 2 more',
  );
  const names = message.match(/vision_model\.[\w.]+|spare\.\d+/g)!;
  expect(names.length).toBe(20);
  expect(new Set(names).size).toBe(20);
});
