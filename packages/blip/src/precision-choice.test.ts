import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { Precision } from './model/weight-format.js';
import { readModelFacts } from './model-facts.js';
import { type CpuKind, optimizedFolder, thisCpu } from './optimized-graphs.js';
import { cpuPrecisions, fastestFirst, type PrecisionChoice, readChoice, writeChoice } from './precision-choice.js';
import { prepareModel } from './prepare-model.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const cacheDir = await mkdtemp(join(tmpdir(), 'blipq-choice-'));
afterAll(() => rm(cacheDir, { recursive: true }));

describe('precisions are tried', () => {
  const all = cpuPrecisions(true);
  test.each<[string, Partial<Record<Precision, number>>, Precision[]]>([
    [
      'fastest first, down to fp32',
      { fp32: 1, 'int8-decoder': 1.2, int8: 1.6, int7: 1.8 },
      ['int7', 'int8', 'int8-decoder', 'fp32'],
    ],
    [
      'closest to fp32 first where the gain is within 5 %',
      { fp32: 1, 'int8-decoder': 1.1, int8: 1.6, int7: 1.67 },
      ['int8', 'int7', 'int8-decoder', 'fp32'],
    ],
    [
      'no further than fp32 where that is the fastest',
      { fp32: 1, 'int8-decoder': 1.04, int8: 0.8, int7: 0.9 },
      ['fp32'],
    ],
    ['only if they were timed', { fp32: 1, int8: 2 }, ['int8', 'fp32']],
  ])('%s', (_order, speeds, expected) => expect(fastestFirst(all, speeds)).toEqual(expected));

  test('with weights of seven bits only on CPUs on which eight saturate', () => {
    expect(cpuPrecisions(false)).not.toContain('int7');
    expect(cpuPrecisions(true)).toContain('int7');
  });
});

/** Prepares a model in `auto`; tells its folder, the phases, the warnings and the choice. */
async function prepareAuto(checkpoint: string) {
  const phases = new Set<string>();
  const warnings: string[] = [];
  const choices: PrecisionChoice[] = [];
  const folder = await prepareModel({
    ...{ checkpoint: join(root, checkpoint), cacheDir, precision: 'auto' },
    onProgress: ({ phase }) => phases.add(phase),
    onWarning: (warning) => warnings.push(warning),
    onChoice: (choice) => choices.push(choice),
  });
  expect(choices).toHaveLength(1);
  return { folder, phases, warnings, choice: choices[0]! };
}

describe('auto', () => {
  test('times the precisions of this CPU once, takes one and keeps why beside its optimised graphs', async () => {
    const { folder, phases, warnings, choice } = await prepareAuto('models/demo');
    expect([warnings, phases.has('time')]).toEqual([[], true]);
    const cpu = await thisCpu();
    expect(Object.keys(choice.speeds).sort()).toEqual(cpuPrecisions(cpu.int8Saturates).sort());
    expect(choice.speeds.fp32).toBe(1);
    expect(choice).toMatchObject({ precision: (await readModelFacts(folder)).precision, refused: [] });
    expect(choice.precision).toBe(fastestFirst(cpuPrecisions(cpu.int8Saturates), choice.speeds)[0]);
    expect(await readChoice(folder, cpu)).toEqual(choice);

    const again = await prepareAuto('models/demo');
    expect(again).toEqual({ folder, phases: new Set(), warnings: [], choice });
    expect((await readdir(cacheDir)).filter((name) => name.startsWith('.building-'))).toEqual([]);
  });

  test("measures on a CPU of another kind than the one that a shared cache's choice is of", async () => {
    const { folder } = await prepareAuto('models/demo');
    const cpu = await thisCpu();
    const other: CpuKind = { ...cpu, model: 'Another CPU' };
    // As that CPU would have left it: a choice that this one cannot have made.
    await rename(optimizedFolder(folder, cpu), optimizedFolder(folder, other));
    const theirs = { ...(await readChoice(folder, other))!, speeds: { fp32: 1, int8: 99 } };
    await writeChoice(folder, other, theirs);
    const { phases, choice } = await prepareAuto('models/demo');
    expect(phases).toContain('time');
    expect(choice.speeds.int8).not.toBe(99);
    expect(await readChoice(folder, other)).toEqual(theirs);
  });

  test('measures again where the kept choice is damaged', async () => {
    const { folder } = await prepareAuto('models/demo');
    await writeFile(join(optimizedFolder(folder, await thisCpu()), 'choice.json'), '{"precision":"fp4"}');
    expect((await prepareAuto('models/demo')).phases).toContain('time');
  });

  // Random weights have no margins: eight bits change what the model says.
  test('takes fp32, with warnings, where no faster precision is close to it', async () => {
    const { folder, warnings, choice } = await prepareAuto('test/reference/caption');
    expect((await readModelFacts(folder)).precision).toBe('fp32');
    for (const precision of choice.refused) {
      expect(warnings).toContainEqual(
        expect.stringMatching(
          `does not run in ${precision}, which is too far from fp32: embedding cosine \\d\\.\\d+ ±`,
        ),
      );
    }
    expect(warnings).toHaveLength(choice.refused.length);
    // And again where all of them are built.
    expect(await prepareAuto('test/reference/caption')).toMatchObject({ folder, choice, warnings: [] });
  });

  test('leaves no choice where a precision is asked for by name', async () => {
    const folder = await prepareModel({
      ...{ checkpoint: join(root, 'models/demo'), name: 'by name' },
      ...{ cacheDir, precision: 'int7' },
    });
    expect(await readModelFacts(folder)).toMatchObject({ precision: 'int7', check: { passed: true } });
    expect(await readChoice(folder, await thisCpu())).toBeUndefined();
  });
});
