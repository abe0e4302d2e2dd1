import type { BenchOptions } from './bench-options.js';
import { newTokens } from './bench-options.js';
import { type BuiltModel, builtModel } from './built-model.js';
import {
  blipqConfigurations,
  blipqContender,
  type Contender,
  measureInTurn,
  pytorchConfigurations,
  pytorchContender,
} from './contenders.js';
import { PyTorchModel } from './pytorch.js';
import type { ShapeName } from './random-checkpoint.js';
import { type Build, type ShapeReport, summarise } from './results.js';

export interface BenchContext {
  options: BenchOptions;
  threads: number;
  /** File of the images that everything captions. */
  images: string;
  /** A Python to compare with. */
  python: string | undefined;
  say(line: string): void;
}

const dtypes = { fp32: 'float32', bf16: 'bfloat16' } as const;

/** Measures one size of BLIP in all configurations. */
export async function benchShape(shape: ShapeName, context: BenchContext): Promise<ShapeReport> {
  const { options, say } = context;
  const built = new Map<string, BuiltModel>();
  for (const precision of options.precisions) {
    say(`${shape} ${precision}: graphs`);
    built.set(precision, await builtModel(shape, precision, { ...options, threads: context.threads }));
  }
  const checkpoint = [...built.values()][0]!.checkpoint;
  const pytorch = await loadPyTorch(shape, checkpoint, context);
  try {
    const contenders: Contender[] = [
      ...options.precisions.flatMap((precision) =>
        blipqConfigurations(precision, options).map((configuration) =>
          blipqContender(configuration, built.get(precision)!, context),
        ),
      ),
      ...pytorch.flatMap(({ precision, model }) =>
        pytorchConfigurations(precision, options).map((configuration) => pytorchContender(configuration, model)),
      ),
    ];
    const turns = await measureInTurn(contenders, options.rounds, (round, configuration, { samples }) => {
      const { engine, precision, batch, beams } = configuration;
      const seconds = samples.map(({ encodeMs, decodeMs }) => ((encodeMs + decodeMs) / 1000).toFixed(2)).join(', ');
      const search = beams > 1 ? `, ${beams} beams` : '';
      say(
        `${shape} round ${round + 1}/${options.rounds}: ${engine} ${precision} batch ${batch}${search}: ${seconds} s`,
      );
    });
    const results = contenders.map(({ configuration }, index) =>
      summarise(shape, newTokens, configuration, turns[index]!),
    );
    return { shape, builds: buildsOf(built), results, pytorch: pytorch[0]?.model.versions ?? null };
  } finally {
    await Promise.all(pytorch.map(({ model }) => model.stop()));
  }
}

async function loadPyTorch(shape: ShapeName, checkpoint: string, { python, threads, images, say }: BenchContext) {
  const models: { precision: keyof typeof dtypes; model: PyTorchModel }[] = [];
  if (python === undefined) return models;
  for (const precision of ['fp32', 'bf16'] as const) {
    say(`${shape} PyTorch ${precision}: loading`);
    const model = await PyTorchModel.load(python, { checkpoint, dtype: dtypes[precision], threads, images });
    models.push({ precision, model });
  }
  return models;
}

function buildsOf(built: ReadonlyMap<string, BuiltModel>): Build[] {
  return [...built].flatMap(([precision, { build }]) =>
    build === null ? [] : [{ precision: precision as Build['precision'], ...build }],
  );
}
