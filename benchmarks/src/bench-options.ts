import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Precision } from '@blipq/blip';
import { type PeerName, peers } from './peers.js';
import { type ShapeName, shapes } from './random-checkpoint.js';

/** Tokens that every caption gets: no caption ends early, so that all do the same work. */
export const newTokens = 20;

export interface BenchOptions {
  shapes: ShapeName[];
  precisions: Precision[];
  /** Images captioned by one run. */
  batches: number[];
  rounds: number;
  /** Beams compared with greedy search at batch 1; none when 0. */
  beams: number;
  /** What runs the same work in the same rounds. */
  vs: PeerName[];
  /** Batches that peers run, too: they take most of the time. */
  vsBatches: number[];
  /** Builds graphs anew, to time it, although they are there. */
  rebuild: boolean;
  json: boolean;
  save: boolean;
  /** Where checkpoints and built graphs are kept. */
  folder: string;
}

export const usage = `npm run bench -- [options]
  --shapes base,large       BLIP's published sizes (default both)
  --precisions fp32,int8    of fp32, int8, int7 and int8-decoder (default fp32 and int8)
  --batches 1,2,4,8         images in one run (default 1,2,4,8)
  --rounds 3                how often each configuration is measured, in turn with the others (default 3)
  --beams 3                 beam search to compare with greedy search; 0 for none (default 3)
  --vs pytorch,openvino,onnxruntime   the same work in these, in the same rounds (default none)
  --vs-batches 1,8          batches that they run as well (default 1,8)
  --rebuild                 builds graphs anew, to time it
  --json                    prints JSON instead of Markdown
  --save                    writes both to benchmarks/results/
BLIPQ_BENCH_DIR             keeps random checkpoints and built graphs (default .blipq/bench)
BLIPQ_BENCH_PYTHON          a Python with the packages of benchmarks/peers/requirements.txt
                            (default .blipq/peers/bin/python where it exists, python3, python)`;

/** @throws Error that names the option and what it takes */
export function readBenchOptions(args: readonly string[], env: NodeJS.ProcessEnv): BenchOptions {
  const { values } = parseArgs({
    // pnpm hands on the `--` that npm takes away.
    args: args.filter((arg) => arg !== '--'),
    options: {
      shapes: { type: 'string', default: 'base,large' },
      precisions: { type: 'string', default: 'fp32,int8' },
      batches: { type: 'string', default: '1,2,4,8' },
      rounds: { type: 'string', default: '3' },
      beams: { type: 'string', default: '3' },
      vs: { type: 'string' },
      'vs-batches': { type: 'string', default: '1,8' },
      rebuild: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      save: { type: 'boolean', default: false },
    },
  });
  const defaultFolder = fileURLToPath(new URL('../../.blipq/bench', import.meta.url));
  return {
    shapes: list('--shapes', values.shapes, oneOf(Object.keys(shapes) as ShapeName[])),
    precisions: list('--precisions', values.precisions, oneOf(['fp32', 'int8', 'int7', 'int8-decoder'])),
    batches: list('--batches', values.batches, count),
    rounds: list('--rounds', values.rounds, count)[0]!,
    beams: values.beams === '0' ? 0 : list('--beams', values.beams, count)[0]!,
    vs: values.vs === undefined ? [] : list('--vs', values.vs, oneOf(Object.keys(peers) as PeerName[])),
    vsBatches: list('--vs-batches', values['vs-batches'], count),
    rebuild: values.rebuild,
    json: values.json,
    save: values.save,
    folder: join(env.BLIPQ_BENCH_DIR || defaultFolder),
  };
}

function list<T>(option: string, text: string, read: (item: string) => T): T[] {
  try {
    return text.split(',').map((item) => read(item.trim()));
  } catch (error) {
    throw new Error(`${option} ${text}: ${(error as Error).message}`);
  }
}

function oneOf<T extends string>(known: readonly T[]): (item: string) => T {
  return (item) => {
    const found = known.find((each) => each === item);
    if (found === undefined) throw new Error(`takes ${known.join(', ')}`);
    return found;
  };
}

function count(item: string): number {
  if (!/^[1-9]\d?$/.test(item)) throw new Error('takes whole numbers from 1 to 99');
  return Number(item);
}
