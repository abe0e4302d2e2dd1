import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { CaptionModel } from './caption-model.js';
import { chooseDevice } from './device.js';
import { readModelFacts } from './model-facts.js';
import { checkBounds, cpuHasInt8Instructions, fastestPrecision } from './precision.js';
import { prepareModel } from './prepare-model.js';
import { generationParams } from './testing/golden-params.js';
import { readPixels } from './testing/read-pixels.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const reference = join(root, 'test/reference');
const demo = join(root, 'models/demo');
const cacheDir = await mkdtemp(join(tmpdir(), 'blipq-precision-'));
afterAll(() => rm(cacheDir, { recursive: true }));

describe('the fastest precision', () => {
  test('of a GPU is fp16', () => expect(fastestPrecision('cuda')).toBe('fp16'));
  test('of a CPU with eight-bit dot products is int8', () => expect(fastestPrecision('cpu', true)).toBe('int8'));
  test('of any other CPU is fp32', () => expect(fastestPrecision('cpu', false)).toBe('fp32'));

  test.each([
    ['flags : sse2 avx512f avx512_vnni', true],
    ['flags : avx2 avx_vnni', true],
    ['Features : fp asimd asimddp', true],
    ['flags : sse2 avx2 avx512f', false],
    ['', false],
  ])('is told by /proc/cpuinfo: %s', (cpuInfo, expected) => {
    expect(cpuHasInt8Instructions('linux', cpuInfo)).toBe(expected);
  });
});

describe('the check against fp32', () => {
  test('is stored with the model, and fp32 needs none', async () => {
    const int8 = await readModelFacts(await prepareModel({ checkpoint: demo, cacheDir, precision: 'int8' }));
    expect(int8.precision).toBe('int8');
    expect(int8.check).toMatchObject({ images: 8, passed: true });
    expect(int8.check!.embeddingCosineMin).toBeLessThan(1);
    const fp32 = await readModelFacts(await prepareModel({ checkpoint: demo, cacheDir, precision: 'fp32' }));
    expect(fp32.check).toBeNull();
  });

  test.skipIf(fastestPrecision('cpu') !== 'int8')('makes auto take int8 where it passes', async () => {
    const facts = await readModelFacts(await prepareModel({ checkpoint: demo, cacheDir, precision: 'auto' }));
    expect(facts.precision).toBe('int8');
  });

  // Random weights have no margins: eight bits change what the model says.
  test.skipIf(fastestPrecision('cpu') !== 'int8')(
    'makes auto fall back to fp32 with a warning where it fails',
    async () => {
      const warnings: string[] = [];
      const options = { cacheDir, precision: 'auto', onWarning: (warning: string) => warnings.push(warning) } as const;
      const folder = await prepareModel({ ...options, checkpoint: join(reference, 'caption') });
      expect((await readModelFacts(folder)).precision).toBe('fp32');
      expect(warnings.at(-1)).toMatch(
        /runs in fp32 because int8 is too far from it: embedding cosine 0\.\d+ \(at least 0\.99\)/,
      );
      // And again where both are built.
      expect(await prepareModel({ ...options, checkpoint: join(reference, 'caption') })).toBe(folder);
    },
  );

  test('leaves a precision that was asked for by name, with a warning', async () => {
    const warnings: string[] = [];
    const options = { cacheDir, precision: 'int8', onWarning: (warning: string) => warnings.push(warning) } as const;
    const checkpoint = join(cacheDir, 'renamed');
    await cp(join(reference, 'caption'), checkpoint, { recursive: true });
    const facts = await readModelFacts(await prepareModel({ ...options, checkpoint, name: 'renamed' }));
    expect(facts.precision).toBe('int8');
    expect(facts.check!.tokenAgreement).toBeLessThan(checkBounds.tokenAgreement);
    expect(warnings).toEqual([expect.stringContaining('renamed in int8 is far from fp32')]);
  });
});

describe('fp16 graphs, which are for CUDA, on the CPU', () => {
  const goldens = JSON.parse(readFileSync(join(reference, 'goldens.json'), 'utf8')).caption;

  test('give the captions of transformers, but for choices that half precision turns', async () => {
    const folder = await prepareModel({ checkpoint: join(reference, 'caption'), cacheDir, precision: 'fp16' });
    const model = await CaptionModel.load(folder, { threads: 2 });
    let same = 0;
    for (const { image, prompt, params, ids, token_logprobs, sequence_score } of goldens) {
      const pixels = await readPixels(join(reference, image));
      const [caption] = (await model.caption([{ pixels, prompt, params: generationParams(params) }])).captions;
      if (String(caption!.tokenIds) !== String(ids)) continue;
      same++;
      // Half precision has 11 bits, and errors add up over the layers: up to 0.095 was measured.
      const pairs = token_logprobs
        ? caption!.tokenLogprobs.map((value, i) => [value, token_logprobs[i]])
        : [[caption!.score, sequence_score]];
      for (const [actual, expected] of pairs) expect(Math.abs(actual - expected)).toBeLessThan(0.15);
    }
    await model.release();
    expect(same / goldens.length).toBeGreaterThanOrEqual(0.9);
  });
});

const withoutCuda = (await chooseDevice('auto')) === 'cpu';

describe('a device', () => {
  test('that is the CPU needs no probing', async () => expect(await chooseDevice('cpu')).toBe('cpu'));

  test.runIf(withoutCuda)('asked for by name and missing is an error that says what to do', async () => {
    await expect(chooseDevice('cuda')).rejects.toMatchObject({
      code: 'device_unavailable',
      message: expect.stringMatching(/CUDA .* set BLIPQ_DEVICE to cpu/),
    });
  });

  test.runIf(withoutCuda)('that is chosen falls back to the CPU and says why', async () => {
    const reasons: string[] = [];
    expect(await chooseDevice('auto', (reason) => reasons.push(reason))).toBe('cpu');
    expect(reasons).toHaveLength(1);
  });
});
