import { type Agreement, compareOutcomes, type Outcome } from './agreement.js';
import type { BenchOptions } from './bench-options.js';
import { newTokens } from './bench-options.js';
import type { FoundPeers } from './bench-peers.js';
import { loadPeers } from './bench-peers.js';
import { type BuiltModel, builtModel } from './built-model.js';
import {
  blipqConfigurations,
  blipqContender,
  blipqOutcome,
  type Contender,
  measureInTurn,
  peerConfigurations,
  peerContender,
  peerOutcome,
} from './contenders.js';
import type { PeerModel } from './peer-model.js';
import type { ShapeName } from './random-checkpoint.js';
import { type BenchPrecision, type Build, type EngineName, type ShapeReport, summarise } from './results.js';

export interface BenchContext {
  options: BenchOptions;
  threads: number;
  /** File of the images that everything captions. */
  images: string;
  /** What to compare with. */
  peers: FoundPeers;
  say(line: string): void;
}

type BuiltModels = ReadonlyMap<BenchPrecision, BuiltModel>;

/** Measures one size of BLIP in all configurations. */
export async function benchShape(shape: ShapeName, context: BenchContext): Promise<ShapeReport> {
  const { options, say } = context;
  const built = new Map<BenchPrecision, BuiltModel>();
  for (const precision of options.precisions) {
    say(`${shape} ${precision}: graphs`);
    built.set(precision, await builtModel(shape, precision, { ...options, threads: context.threads }));
  }
  const checkpoint = [...built.values()][0]!.checkpoint;
  const models = await loadPeers(shape, checkpoint, context);
  try {
    const agreements = models.length === 0 ? [] : await measureAgreements(built, models, context);
    const contenders: Contender[] = [
      ...options.precisions.flatMap((precision) =>
        blipqConfigurations(precision, options).map((configuration) =>
          blipqContender(configuration, built.get(precision)!, context),
        ),
      ),
      ...models.flatMap((model) =>
        peerConfigurations(model, options).map((configuration) => peerContender(configuration, model)),
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
    const versions = Object.fromEntries(models.map(({ engine, versions }) => [engine, versions]));
    return { shape, builds: buildsOf(built), results, agreements, versions };
  } finally {
    await Promise.all(models.map((model) => model.stop()));
  }
}

/** Compares what all make of the images with what PyTorch makes of them in fp32, or BlipQ where PyTorch is missing. */
async function measureAgreements(
  built: BuiltModels,
  models: readonly PeerModel[],
  context: BenchContext,
): Promise<Agreement[]> {
  const { folder } = context.options;
  const outcomes: { engine: EngineName; precision: BenchPrecision; outcome: Outcome }[] = [];
  for (const model of models) {
    const { engine, precision } = model;
    outcomes.push({ engine, precision, outcome: await peerOutcome(model, folder) });
  }
  for (const [precision, model] of built) {
    outcomes.push({
      engine: 'BlipQ',
      precision,
      outcome: await blipqOutcome(precision, model, { ...context, folder }),
    });
  }
  const inFull = outcomes.filter(({ precision }) => precision === 'fp32');
  const reference = inFull.find(({ engine }) => engine === 'PyTorch') ?? inFull.at(-1);
  if (reference === undefined) return [];
  return outcomes.map(({ outcome, ...key }) => ({ ...key, ...compareOutcomes(reference.outcome, outcome) }));
}

function buildsOf(built: BuiltModels): Build[] {
  return [...built].flatMap(([precision, { build }]) => (build === null ? [] : [{ precision, ...build }]));
}
