import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { CaptionModel } from './caption-model.js';
import { chooseDevice } from './device.js';
import { readModelFacts } from './model-facts.js';
import { checkBounds, cpuHasInt8Instructions, isWithinBounds } from './precision.js';
import { prepareModel } from './prepare-model.js';
import { generationParams } from './testing/golden-params.js';
import { readPixels } from './testing/read-pixels.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const reference = join(root, 'test/reference');
const demo = join(root, 'models/demo');
const cacheDir = await mkdtemp(join(tmpdir(), 'blipq-precision-'));
afterAll(() => rm(cacheDir, { recursive: true }));

describe('eight-bit dot products', () => {
  test.each([
    ['flags : sse2 avx512f avx512_vnni', true],
    ['flags : avx2 avx_vnni', true],
    ['Features : fp asimd asimddp', true],
    ['flags : sse2 avx2 avx512f', false],
    ['', false],
  ])('are told by /proc/cpuinfo: %s', (cpuInfo, expected) => {
    expect(cpuHasInt8Instructions('linux', cpuInfo)).toBe(expected);
  });
});

describe('the check against fp32', () => {
  test('is stored with the model, and fp32 needs none', async () => {
    const int8 = await readModelFacts(await prepareModel({ checkpoint: demo, cacheDir, precision: 'int8' }));
    expect(int8.precision).toBe('int8');
    expect(int8.check).toMatchObject({ images: 24, passed: true });
    expect(int8.check!.embeddingCosine.mean).toBeLessThan(1);
    const fp32 = await readModelFacts(await prepareModel({ checkpoint: demo, cacheDir, precision: 'fp32' }));
    expect(fp32.check).toBeNull();
  });

  const sure = {
    embeddingCosine: { mean: 1, error: 0 },
    tokenAgreement: { mean: 1, error: 0 },
    logprobDrift: { mean: 0, error: 0 },
  };
  test.each([
    ['embeddingCosine', -1],
    ['tokenAgreement', -1],
    ['logprobDrift', 1],
  ] as const)('fails where %s is within two standard errors of its bound', (figure, worse) => {
    const bound = checkBounds[figure];
    const at = (errors: number) => ({ ...sure, [figure]: { mean: bound - worse * errors * 0.004, error: 0.004 } });
    expect(isWithinBounds(sure)).toBe(true);
    expect(isWithinBounds(at(2.1))).toBe(true);
    expect(isWithinBounds(at(1.9))).toBe(false);
  });

  test('gives the same figures whatever the number of threads', async () => {
    const check = async (threads: number) => {
      const options = { checkpoint: join(reference, 'caption'), cacheDir, precision: 'int8', threads } as const;
      return (await readModelFacts(await prepareModel({ ...options, name: `on-${threads}` }))).check!;
    };
    const [one, two] = [await check(1), await check(2)];
    expect(two.passed).toBe(one.passed);
    for (const figure of ['embeddingCosine', 'tokenAgreement', 'logprobDrift'] as const) {
      expect(Math.abs(two[figure].mean - one[figure].mean)).toBeLessThan(one[figure].error);
    }
  });

  test('leaves a precision that was asked for by name, with a warning', async () => {
    const warnings: string[] = [];
    const options = { cacheDir, precision: 'int8', onWarning: (warning: string) => warnings.push(warning) } as const;
    const checkpoint = join(cacheDir, 'renamed');
    await cp(join(reference, 'caption'), checkpoint, { recursive: true });
    const facts = await readModelFacts(await prepareModel({ ...options, checkpoint, name: 'renamed' }));
    expect(facts.precision).toBe('int8');
    expect(facts.check!.passed).toBe(false);
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
