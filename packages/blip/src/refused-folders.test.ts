import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, test } from 'vitest';
import { writeTorch } from './checkpoint/testing/tensor-files.js';
import { modelFolder, removeModelFolders } from './checkpoint/testing/write-files.js';
import type { Files } from './testing/model-print.js';
import { expectRefusal, numbers, tiny, weights } from './testing/tiny-folder.js';

// Folders without the weights of a model are refused with what they hold instead.

const { files } = tiny;
afterAll(removeModelFolders);

const torch = writeTorch(tiny.tensors);
test.each<[string, Files, string[]]>([
  ['weights for TensorFlow', { 'tf_model.h5': 'x' }, ['tf_model.h5', 'from_tf=True']],
  ['weights for Flax', { 'flax_model.msgpack': 'x' }, ['from_flax=True']],
  ['an export to ONNX', { 'model.onnx': 'x' }, ['model.onnx', 'BlipQ makes its graphs']],
  [
    'a variant in half precision',
    { 'model.fp16.safetensors': weights },
    ["mv 'model.fp16.safetensors' model.safetensors"],
  ],
  [
    'several variants',
    { 'model.fp16.safetensors': weights, 'model.fp32.safetensors': weights },
    ['model.fp16.safetensors, model.fp32.safetensors'],
  ],
  ['a state dict under another name', { 'blip_finetuned.pt': torch }, ["mv 'blip_finetuned.pt' pytorch_model.bin"]],
  [
    'a .pth file of something else',
    { 'resnet.pth': writeTorch(new Map([['fc.weight', numbers(2)]])) },
    ['resnet.pth', 'no BLIP checkpoint'],
  ],
  [
    'several checkpoints of a run',
    { 'checkpoint_0.pth': torch, 'checkpoint_best.pth': torch },
    ['several checkpoints', 'checkpoint_best.pth'],
  ],
  [
    'the shards of DeepSpeed',
    { 'zero_to_fp32.py': '', latest: 'global_step5' },
    ['DeepSpeed', 'zero_to_fp32.py . pytorch_model.bin'],
  ],
  ['an archive', { 'model.tar.gz': 'x' }, ['model.tar.gz', 'unpack it']],
  ["BLIP-2's .pth", { 'blip2.pth': writeTorch(new Map([['Qformer.bert.x', numbers(2)]])) }, ['BLIP-2', 'Qformer']],
  ['the shards of FSDP', { pytorch_model_fsdp_0: '' }, ['FSDP', 'accelerate merge-weights']],
  ['nothing', {}, ['model.safetensors', '.pth']],
])('%s in place of weights', async (_what, form, words) => {
  await expectRefusal(await modelFolder({ ...files, ...form }), ...words);
});

async function folders(...names: string[]): Promise<string> {
  const folder = await modelFolder({});
  for (const name of names) {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'config.json'), '{}');
  }
  return folder;
}

test("a training run's folder names its last checkpoint", async () => {
  await expectRefusal(
    await folders('checkpoint-500', 'checkpoint-1000', 'checkpoint-90'),
    'training run',
    'such as FOLDER/checkpoint-1000',
  );
});

test('a folder of models names them', async () => {
  await expectRefusal(await folders('base', 'large'), 'base, large', 'name one of them');
});

test("a model's folder in the Hub's cache names its snapshot", async () => {
  const folder = await folders('snapshots/0123', 'snapshots/4567');
  await mkdir(join(folder, 'refs'));
  await writeFile(join(folder, 'refs/main'), '0123');
  await expectRefusal(folder, "Hub's cache", 'FOLDER/snapshots/0123');
});

test("the Hub's cache names a model in it", async () => {
  await expectRefusal(await folders('models--owner--name/snapshots'), 'owner/name', 'HF_HUB_CACHE');
});

test('a copy of links alone names what they lack', async () => {
  const folder = await modelFolder(files);
  await symlink('../../blobs/0123', join(folder, 'model.safetensors'));
  await expectRefusal(folder, 'its model.safetensors is a link', 'cp -rL');
});

test('a file in place of a folder, and a folder that is not there, are told apart', async () => {
  const folder = await modelFolder(files);
  await expectRefusal(join(folder, 'config.json'), 'is no folder; name the one that holds it');
  await expectRefusal(join(folder, 'nowhere'), 'there is no folder');
});
