import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readdir, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { CaptionModel } from './caption-model.js';
import { modelFolder } from './checkpoint/testing/write-files.js';
import { optimizedFolder, thisCpu } from './optimized-graphs.js';
import type { PrepareProgress } from './prepare-model.js';
import {
  cacheDir,
  captionFiles,
  expectUsable,
  foldersInCache,
  marks,
  prepare,
  reference,
} from './testing/model-cache.js';
import type { Files } from './testing/model-print.js';

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

describe('a cache that cannot be written', () => {
  /** Root may write everywhere, unless that is taken from it. */
  const asAnybody =
    process.getuid?.() === 0 ? 'exec setpriv --bounding-set=-dac_override --inh-caps=-dac_override "$@"' : 'exec "$@"';

  test('gives the plain graphs that are in it, with a warning, where their form for this CPU is not', async () => {
    const checkpoint = join(reference, 'caption');
    const folder = await prepare(checkpoint);
    await rm(optimizedFolder(folder, await thisCpu()), { recursive: true });
    for (const name of await readdir(cacheDir)) if (name.startsWith('.hash-')) await rm(join(cacheDir, name));
    for (const path of [folder, cacheDir]) await chmod(path, 0o555);
    const child = build('optimize', '', asAnybody);
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream]!.setEncoding('utf8').on('data', (chunk: string) => {
        said[stream] += chunk;
      });
    const ended = await once(child, 'close');
    for (const path of [cacheDir, folder]) await chmod(path, 0o755);
    expect({ ended, ...said }).toEqual({
      ended: [0, null],
      stdout: folder,
      stderr: expect.stringMatching(/^the graphs in .* have no form optimised for this CPU, .*: EACCES.*\n$/),
    });
    await expectUsable(folder);
  });
});
