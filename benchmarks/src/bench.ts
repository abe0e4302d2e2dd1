/** `npm run bench`: see the README of this folder. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { availableCpus } from '@blipq/service';
import { askProcess } from './ask-process.js';
import { benchEngine } from './bench-engine.js';
import { type BenchOptions, newTokens, readBenchOptions, usage } from './bench-options.js';
import { findPeers } from './bench-peers.js';
import { type BenchContext, benchShape } from './bench-shape.js';
import { watchCpu } from './cpu-noise.js';
import { describeMachine, type Machine } from './machine.js';
import { loadWarning, toMarkdown } from './markdown.js';
import { writeNoiseImages } from './noise-images.js';
import type { Peak } from './peak-process.js';
import type { BenchReport } from './results.js';

const results = fileURLToPath(new URL('../results', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));

async function main(options: BenchOptions): Promise<void> {
  const startedMs = performance.now();
  const machine = describeMachine();
  const cpuNoise = watchCpu();
  const elapsedS = () => (performance.now() - startedMs) / 1000;
  const say = (line: string) => console.error(`[${elapsedS().toFixed(0).padStart(4)} s] ${line}`);
  const warning = loadWarning(machine);
  if (warning !== null) say(warning);

  await mkdir(options.folder, { recursive: true });
  const context: BenchContext = {
    options,
    threads: availableCpus(),
    images: await writeNoiseImages(options.folder),
    peers: await findPeers(options.vs, say),
    say,
  };

  const peaks = [await measurePeak(context)];
  const shapes = [];
  for (const shape of options.shapes) {
    shapes.push(await benchShape(shape, context));
    peaks.push(await measurePeak(context));
  }
  const engine = await benchEngine(context);
  const peak = { fp32: Math.max(...peaks.map(({ fp32 }) => fp32)), int8: Math.max(...peaks.map(({ int8 }) => int8)) };
  const { threads } = context;
  const measured = { machine, threads, newTokens, rounds: options.rounds, peak, shapes, engine };
  const report = { ...measured, noise: cpuNoise(), seconds: elapsedS() };

  console.log(options.json ? JSON.stringify(report, null, 2) : toMarkdown(report));
  if (options.save) say(`saved as ${await save(report)}`);
}

function measurePeak({ threads, say }: BenchContext): Promise<Peak> {
  say('peak');
  return askProcess<object, Peak>('peak-process', { threads, seconds: 1.5 });
}

async function save(report: BenchReport): Promise<string> {
  const path = join(results, nameOf(report.machine));
  await mkdir(results, { recursive: true });
  await writeFile(`${path}.md`, `${toMarkdown(report)}\n`);
  await writeFile(`${path}.json`, `${JSON.stringify(report, null, 2)}\n`);
  // The lint check covers all files of the repository; outside of one, biome refuses to run.
  const format = ['format', '--write', `${path}.md`, `${path}.json`];
  await promisify(execFile)(join(root, 'node_modules/.bin/biome'), format, { cwd: root }).catch(() => undefined);
  return `${path}.md`;
}

function nameOf({ date, cpu }: Machine): string {
  return `${date.slice(0, 10)}-${cpu
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')}`;
}

if (process.argv.includes('--help')) {
  console.log(usage);
} else {
  let options: BenchOptions | undefined;
  try {
    options = readBenchOptions(process.argv.slice(2), process.env);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exitCode = 2;
  }
  if (options !== undefined) await main(options);
}
