import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { CaptionModel } from './caption-model.js';
import { modelFolder, removeModelFolders, safetensors } from './checkpoint/testing/write-files.js';
import { ModelError, type ModelErrorCode } from './model-error.js';
import { optimizedFolder, thisCpu } from './optimized-graphs.js';
import { type PrepareOptions, type PrepareProgress, prepareModel } from './prepare-model.js';

const reference = fileURLToPath(new URL('../../../test/reference/', import.meta.url));

type Files = Record<string, Uint8Array | string>;

/** The files of a small captioning model, to be edited and written to a folder of their own. */
function captionFiles(): Files {
  const names = ['config.json', 'preprocessor_config.json', 'tokenizer.json', 'tokenizer_config.json'];
  return Object.fromEntries(
    [...names, 'model.safetensors'].map((name) => [name, readFileSync(join(reference, 'caption', name))]),
  );
}

let cacheDir: string;
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'blipq-prepare-'));
});
afterEach(async () => {
  await rm(cacheDir, { recursive: true, force: true });
  await removeModelFolders();
});

const prepare = (checkpoint: string, options: Partial<PrepareOptions> = {}) =>
  prepareModel({ checkpoint, cacheDir, name: 'model', ...options });

/** The folders in the cache: built ones, and those of builds that are under way or were given up. */
async function foldersInCache(): Promise<string[]> {
  const entries = await readdir(cacheDir, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(cacheDir, name));
}

/** What changes where a file is written again. */
async function marks(folder: string): Promise<Record<string, string>> {
  const names = ['.', ...(await readdir(folder))];
  const stats = await Promise.all(names.map((name) => stat(join(folder, name), { bigint: true })));
  return Object.fromEntries(
    names.map((name, i) => [name, `${stats[i]!.ino} ${stats[i]!.mtimeNs} ${stats[i]!.ctimeNs}`]),
  );
}

async function expectUsable(folder: string): Promise<void> {
  const model = await CaptionModel.load(folder, { threads: 1 });
  expect(model.facts.imageSize).toBe(96);
  await model.release();
}

describe('a model is built once for each content', () => {
  test('and used again, with nothing written', async () => {
    const checkpoint = await modelFolder(captionFiles());
    const phases = new Set<string>();
    const folder = await prepare(checkpoint, { onProgress: ({ phase }) => phases.add(phase) });
    expect([...phases]).toEqual(['hash', 'encoder', 'decoder', 'optimize']);
    const before = [await marks(folder), await marks(cacheDir)];
    const again: PrepareProgress[] = [];
    expect(await prepare(checkpoint, { onProgress: (progress) => again.push(progress) })).toBe(folder);
    expect([await marks(folder), await marks(cacheDir)]).toEqual(before);
    expect(again).toEqual([]);
    await expectUsable(folder);
  });

  test('which touching a file does not change, nor copying the checkpoint', async () => {
    const checkpoint = await modelFolder(captionFiles());
    const folder = await prepare(checkpoint);
    const before = await marks(folder);
    await utimes(join(checkpoint, 'model.safetensors'), 1, 1);
    expect(await prepare(checkpoint)).toBe(folder);
    expect(await prepare(await modelFolder(captionFiles()))).toBe(folder);
    expect(await marks(folder)).toEqual(before);
  });

  const replace = (name: string, from: string, to: string) => (files: Files) => {
    const before = Buffer.from(files[name]!).toString('utf8');
    const after = before.replace(from, to);
    expect(after).not.toBe(before);
    return { ...files, [name]: after };
  };
  test.each<[string, (files: Files) => Files]>([
    [
      'one bit of the weights',
      (files) => ({ ...files, 'model.safetensors': flipLastBit(files['model.safetensors']!) }),
    ],
    ['config.json', replace('config.json', '"layer_norm_eps": 1e-05', '"layer_norm_eps": 1e-06')],
    ['generation_config.json', (files) => ({ ...files, 'generation_config.json': '{"max_new_tokens": 7}' })],
    ['preprocessor_config.json', replace('preprocessor_config.json', '0.48145467', '0.5')],
    ['tokenizer.json', replace('tokenizer.json', '"##ing"', '"##gni"')],
    ['tokenizer_config.json', (files) => ({ ...files, 'tokenizer_config.json': cleanUp })],
  ])('which %s changes', async (_what, edit) => {
    const files = captionFiles();
    const [first, second] = [await prepare(await modelFolder(files)), await prepare(await modelFolder(edit(files)))];
    expect(second).not.toBe(first);
    expect((await foldersInCache()).sort()).toEqual([first, second].sort());
  });

  test('which processor_config.json changes, where the image processor stands in it', async () => {
    const { 'preprocessor_config.json': processor, ...files } = captionFiles();
    const withMean = (mean: number) => {
      const image_processor = { ...JSON.parse(String(processor)), image_mean: [mean, mean, mean] };
      return modelFolder({ ...files, 'processor_config.json': JSON.stringify({ image_processor }) });
    };
    expect(await prepare(await withMean(0.4))).not.toBe(await prepare(await withMean(0.6)));
  });

  test('under names that are paths, inside the cache', async () => {
    const folder = await prepare(join(reference, 'caption'), { name: '../org/model: large' });
    expect(await foldersInCache()).toEqual([folder]);
    const model = await CaptionModel.load(folder, { threads: 1 });
    expect(model.facts.model).toBe('../org/model: large');
    await model.release();
  });
});

const cleanUp = '{"clean_up_tokenization_spaces": true}';

function flipLastBit(bytes: Uint8Array | string): Uint8Array {
  const copy = Buffer.from(bytes as Uint8Array);
  copy[copy.length - 1]! ^= 1;
  return copy;
}

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Runs prepareModel, with `onFirst` (code) at the first progress of `phase`, by way of `shell`; prints the folder. */
function build(phase: PrepareProgress['phase'], onFirst: string, shell = 'exec "$@"') {
  const script = `
    const onWarning = (text) => writeSync(2, text + '\\n');
    import { readSync, writeSync } from 'node:fs';
    import { prepareModel } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
    let reached = false;
    const onProgress = ({ phase }) => {
      if (reached || phase !== '${phase}') return;
      reached = true;
      ${onFirst}
    };
    const checkpoint = ${JSON.stringify(join(reference, 'caption'))};
    const cacheDir = ${JSON.stringify(cacheDir)};
    process.stdout.write(await prepareModel({ checkpoint, cacheDir, name: 'model', onProgress, onWarning }));`;
  const command = [process.execPath, '--input-type=module', '-e', script];
  const child = spawn('bash', ['-c', shell, 'build', ...command], { stdio: 'pipe' });
  children.push(child);
  return child;
}

describe('a build in another process', () => {
  test.each(['hash', 'encoder', 'decoder'] as const)(
    'that is killed in phase %s leaves nothing that is used; the next one works and cleans up',
    async (phase) => {
      const child = build(phase, "process.kill(process.pid, 'SIGKILL');");
      const [code, signal] = await once(child, 'exit');
      expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
      const abandoned = await foldersInCache();
      expect(abandoned).toHaveLength(phase === 'hash' ? 0 : 1);

      const phases = new Set<string>();
      const folder = await prepare(join(reference, 'caption'), { onProgress: ({ phase }) => phases.add(phase) });
      expect(abandoned).not.toContain(folder);
      expect(phases).toContain('encoder');
      expect(await foldersInCache()).toEqual([folder]);
      await expectUsable(folder);
    },
  );

  // In a container that was restarted, the same program often has the same process id again.
  test('that was killed is cleaned up after by a process with the same id', async () => {
    const child = build('encoder', "process.kill(process.pid, 'SIGKILL');");
    await once(child, 'exit');
    const [abandoned] = await foldersInCache();
    const ours = abandoned!.replace(`-${child.pid}-`, `-${process.pid}-`);
    expect(ours).not.toBe(abandoned);
    await rename(abandoned!, ours);
    const folder = await prepare(join(reference, 'caption'));
    expect(await foldersInCache()).toEqual([folder]);
  });

  test('that fills the disk fails and leaves no folder', async () => {
    // No file may grow beyond 2 MB, which is too little for the word embeddings.
    const child = build('hash', '', 'ulimit -f 2000; exec "$@"');
    const errors: string[] = [];
    child.stderr!.setEncoding('utf8').on('data', (chunk: string) => errors.push(chunk));
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(errors.join('')).toContain('EFBIG');
    expect(await foldersInCache()).toEqual([]);
  });

  test('goes on beside one of the same model, and both give the one folder', async () => {
    // Both wait in the middle of their builds until the other one is there, too.
    const builds = [1, 2].map(() => build('decoder', "writeSync(1, 'ready\\n'); readSync(0, Buffer.alloc(1));"));
    const printed = builds.map((child) => {
      const chunks: string[] = [];
      child.stdout!.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
      return chunks;
    });
    await Promise.all(builds.map((child) => once(child.stdout!, 'data')));
    expect(await foldersInCache()).toHaveLength(2);
    for (const child of builds) child.stdin!.write('\n');
    const ends = await Promise.all(builds.map((child) => once(child, 'close')));
    expect(ends).toEqual([
      [0, null],
      [0, null],
    ]);
    const [folder] = await foldersInCache();
    expect(printed.map((chunks) => chunks.join(''))).toEqual([`ready\n${folder}`, `ready\n${folder}`]);
    expect(await foldersInCache()).toEqual([folder]);
    await expectUsable(folder!);
  });
});

interface Tensor {
  dtype: string;
  shape: number[];
  data: Uint8Array;
}

/** The weights with some tensors changed, in a whole and well-formed file. */
function editTensors(files: Files, edit: (tensors: Map<string, Tensor>) => void): Files {
  const bytes = Buffer.from(files['model.safetensors'] as Uint8Array);
  const dataStart = 8 + Number(bytes.readBigUInt64LE());
  const { __metadata__, ...header } = JSON.parse(bytes.toString('utf8', 8, dataStart));
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries<Record<string, never>>(header)) {
    const [begin, end] = data_offsets as unknown as [number, number];
    tensors.set(name, { dtype: dtype!, shape: shape!, data: bytes.subarray(dataStart + begin, dataStart + end) });
  }
  edit(tensors);
  let end = 0;
  const entries = [...tensors].map(([name, { dtype, shape, data }]) => {
    const begin = end;
    end += data.length;
    return [name, { dtype, shape, data_offsets: [begin, end] }];
  });
  const data = Buffer.concat([...tensors.values()].map((tensor) => tensor.data));
  return { ...files, 'model.safetensors': safetensors(Object.fromEntries(entries), data) };
}

/** Asked to be a captioning model, as the worker asks. */
async function expectRefusal(checkpoint: string, code: ModelErrorCode, ...mentions: string[]): Promise<void> {
  const error: ModelError = await prepare(checkpoint, { task: 'captioning' }).then(
    () => expect.unreachable('the model was built'),
    (error) => error,
  );
  expect(error).toBeInstanceOf(ModelError);
  expect(error.code, error.message).toBe(code);
  for (const mention of mentions) expect(error.message).toContain(mention);
  expect(await foldersInCache()).toEqual([]);
}

describe('a checkpoint that cannot be built is refused with its reason, and leaves no folder', () => {
  const fc1 = 'vision_model.encoder.layers.1.mlp.fc1.weight';

  test('a tensor is missing', async () => {
    const files = editTensors(captionFiles(), (tensors) => tensors.delete(fc1));
    await expectRefusal(await modelFolder(files), 'checkpoint_mismatch', `1 missing: ${fc1}`, 'model.safetensors');
  });

  test('a tensor is not part of the model', async () => {
    const files = editTensors(captionFiles(), (tensors) => {
      tensors.set('adapter.lora_A', { dtype: 'F32', shape: [2], data: new Uint8Array(8) });
    });
    await expectRefusal(await modelFolder(files), 'checkpoint_mismatch', '1 not part of the model: adapter.lora_A');
  });

  test('a tensor has another shape', async () => {
    const files = editTensors(captionFiles(), (tensors) => {
      tensors.get(fc1)!.shape.reverse();
    });
    const mention = `${fc1} is [64,256] and should be [256,64]`;
    await expectRefusal(await modelFolder(files), 'checkpoint_mismatch', mention);
  });

  test('all three at once, all of them named', async () => {
    const files = editTensors(captionFiles(), (tensors) => {
      tensors.get(fc1)!.shape.reverse();
      tensors.delete('vision_model.post_layernorm.bias');
      tensors.set('extra', { dtype: 'F32', shape: [1], data: new Uint8Array(4) });
    });
    const mentions = [fc1, 'vision_model.post_layernorm.bias', 'extra'];
    await expectRefusal(await modelFolder(files), 'checkpoint_mismatch', ...mentions);
  });

  const broken: [string, (weights: Buffer) => Buffer][] = [
    [
      'the header is not JSON',
      (weights) => Buffer.concat([weights.subarray(0, 8), Buffer.from('x'), weights.subarray(9)]),
    ],
    [
      'the header is longer than the file',
      (weights) => {
        weights.writeBigUInt64LE(2n ** 60n);
        return weights;
      },
    ],
    ['the data ends too early', (weights) => weights.subarray(0, -4)],
    ['the data goes on too long', (weights) => Buffer.concat([weights, Buffer.alloc(4)])],
    ['the file is empty', () => Buffer.alloc(0)],
  ];
  test.each(broken)('%s', async (_what, damage) => {
    const files = captionFiles();
    const weights = damage(Buffer.from(files['model.safetensors'] as Uint8Array));
    const checkpoint = await modelFolder({ ...files, 'model.safetensors': weights });
    await expectRefusal(checkpoint, 'checkpoint_invalid', join(checkpoint, 'model.safetensors'));
  });

  test.each([
    ['vqa', 'question answering'],
    ['itm', 'image text retrieval'],
  ])('it is trained for another task: %s', async (folder, task) => {
    await expectRefusal(join(reference, folder), 'checkpoint_refused', task, 'not for captioning');
  });

  test.each(['config.json', 'tokenizer.json', 'model.safetensors'])('there is no %s', async (name) => {
    const { [name]: _left, ...files } = captionFiles();
    const checkpoint = await modelFolder(files);
    await expectRefusal(checkpoint, 'checkpoint_missing', checkpoint, name);
  });

  test('there is no such folder', async () => {
    const checkpoint = join(cacheDir, 'nowhere');
    await expectRefusal(checkpoint, 'checkpoint_missing', checkpoint);
  });

  test.each(['config.json', 'preprocessor_config.json', 'generation_config.json', 'tokenizer_config.json'])(
    '%s is no JSON',
    async (name) => {
      const checkpoint = await modelFolder({ ...captionFiles(), [name]: '{' });
      await expectRefusal(checkpoint, 'config_invalid', join(checkpoint, name));
    },
  );

  test.each([
    ['no JSON', '{'],
    ['no tokenizer', '{}'],
  ])('tokenizer.json is %s', async (_what, content) => {
    const checkpoint = await modelFolder({ ...captionFiles(), 'tokenizer.json': content });
    await expectRefusal(checkpoint, 'config_invalid', join(checkpoint, 'tokenizer.json'));
  });

  test('a bad checkpoint leaves the folder of a good one', async () => {
    const folder = await prepare(join(reference, 'caption'));
    const files = editTensors(captionFiles(), (tensors) => tensors.delete(fc1));
    await expect(prepare(await modelFolder(files))).rejects.toThrow(fc1);
    expect(await foldersInCache()).toEqual([folder]);
  });
});

describe('a cache that cannot be written', () => {
  /** Root may write everywhere, unless that is taken from it. */
  const asAnybody =
    process.getuid?.() === 0
      ? 'exec setpriv --bounding-set=-dac_override --inh-caps=-dac_override "$@"'
      : 'exec "$@"';

  test('gives the plain graphs that are in it, with a warning, where their form for this CPU is not', async () => {
    const checkpoint = join(reference, 'caption');
    const folder = await prepare(checkpoint);
    await rm(optimizedFolder(folder, await thisCpu()), { recursive: true });
    for (const name of await readdir(cacheDir)) if (name.startsWith('.hash-')) await rm(join(cacheDir, name));
    for (const path of [folder, cacheDir]) await chmod(path, 0o555);
    onTestFinished(async () => {
      for (const path of [cacheDir, folder]) await chmod(path, 0o755);
    });
    const child = build('optimize', '', asAnybody);
    const said: string[] = [];
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (chunk: string) => said.push(chunk));
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(said.join('')).toMatch(/no form optimised for this CPU, and none can be stored: EACCES.*\n/);
    expect(said.at(-1)).toBe(folder);
    await expectUsable(folder);
  });
});

describe('a cache that cannot be written is an error that names it', () => {
  test.each([
    ['a file', (path: string) => writeFile(path, '')],
    ['inside a file', (path: string) => writeFile(join(path, '..'), '')],
    ['a link to nowhere', (path: string) => symlink('/nonexistent/nowhere', path)],
  ])('%s', async (what, make) => {
    const path = join(cacheDir, 'sub', 'cache');
    if (what === 'inside a file') await make(path);
    else {
      await mkdir(join(path, '..'));
      await make(path);
    }
    await expect(prepareModel({ checkpoint: join(reference, 'caption'), cacheDir: path })).rejects.toMatchObject({
      name: 'ModelError',
      code: 'cache_unwritable' satisfies ModelErrorCode,
      message: expect.stringMatching(new RegExp(`^built graphs cannot be kept in ${path}: E[A-Z]+: `)),
    });
  });
});
