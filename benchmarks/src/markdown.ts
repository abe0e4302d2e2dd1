import { type Machine, quietLoadMax } from './machine.js';
import { type Cell, giga, list, mega, percent, table } from './markdown-table.js';
import { type BenchPrecision, type BenchReport, find, type Result, type ShapeReport } from './results.js';

/** The report as a page of Markdown. */
export function toMarkdown(report: BenchReport): string {
  return [
    header(report),
    ...report.shapes.map((shape) => shapeSection(shape, report)),
    engineSection(report),
    `${percent(report.noise.others)} of the CPU time of this run went to other programs, ${percent(report.noise.steal)} to other machines of the host. It took ${(report.seconds / 60).toFixed(1)} minutes.`,
  ].join('\n\n');
}

/** Warns where somebody else was using the CPUs at the start. */
export function loadWarning({ loadAtStart }: Machine): string | null {
  if (loadAtStart <= quietLoadMax) return null;
  return `The machine was busy at the start (load average ${loadAtStart.toFixed(2)}): take these figures for noise.`;
}

function header({ machine, threads, newTokens, rounds, peak }: BenchReport): string {
  const { date, cpu, cores, flags, memoryGb, node, onnxruntime, loadAtStart } = machine;
  const warning = loadWarning(machine);
  return [
    `# ${cpu}, ${threads} threads, ${date.slice(0, 10)}`,
    list([
      `${cpu}, ${cores} cores (${flags.join(', ')}), ${memoryGb.toFixed(0)} GiB`,
      `Node ${node}, onnxruntime ${onnxruntime}; started ${date}, load average ${loadAtStart.toFixed(2)}`,
      `peak: fp32 ${giga(peak.fp32)} GFLOP/s, int8 ${giga(peak.int8)} GOP/s (the best matrix product measured in this run)`,
      `384×384 pixels, ${newTokens} new tokens, greedy search, random weights; medians of ${rounds} interleaved rounds; times are per image`,
    ]),
    ...(warning === null ? [] : [`**${warning}**`]),
  ].join('\n\n');
}

function shapeSection(report: ShapeReport, whole: BenchReport): string {
  const { shape, results, agreements } = report;
  const parts = [`## BLIP-${shape}`, speedTable(results, whole), memoryTable(results)];
  parts.push(modelTable(report));
  parts.push(beamTable(results));
  if (agreements.length > 0) parts.push(peerTables(report));
  return parts.filter((part) => part !== '').join('\n\n');
}

function speedTable(results: readonly Result[], { peak }: BenchReport): string {
  // The encoder of int8-decoder is in fp32. What peers do in bf16 has no measured peak.
  const peaks: Partial<Record<BenchPrecision, number>> = {
    ...{ fp32: peak.fp32, 'int8-decoder': peak.fp32, int8: peak.int8, int7: peak.int8 },
  };
  const share = ({ precision, encoderFlopsPerSecond }: Result) => {
    const most = peaks[precision];
    return most === undefined ? '' : percent(encoderFlopsPerSecond / most);
  };
  return table(
    [
      '',
      'batch',
      'encode ms',
      'decode ms',
      's per caption',
      'min–max',
      'CPU s',
      'tokens/s',
      'encoder GFLOP/s',
      'of peak',
    ],
    greedy(results).map((result) => [
      nameOf(result),
      result.batch,
      result.encodeMs.toFixed(0),
      result.decodeMs.toFixed(0),
      result.secondsPerCaption.toFixed(2),
      `${result.secondsMin.toFixed(2)}–${result.secondsMax.toFixed(2)}`,
      result.cpuSeconds.toFixed(2),
      result.tokensPerSecond.toFixed(1),
      giga(result.encoderFlopsPerSecond),
      share(result),
    ]),
  );
}

function memoryTable(results: readonly Result[]): string {
  return table(
    ['', 'batch', 'anonymous MB', 'file MB'],
    greedy(results).map((result) => [nameOf(result), result.batch, ...memoryCells(result.memory)]),
  );
}

/** From start to ready, and what it took to build. */
function modelTable({ results, builds }: ShapeReport): string {
  const rows = [...new Set(results.filter(({ engine }) => engine === 'BlipQ').map(({ precision }) => precision))];
  return table(
    ['', 'ready s, graphs built', 'build s', 'build peak anonymous MB', 'build peak resident MB', 'built'],
    rows.map((precision) => {
      const build = builds.find((each) => each.precision === precision);
      const ready = find(results, { engine: 'BlipQ', precision, beams: 1 })!.readyMs!;
      const built = build
        ? [build.seconds.toFixed(0), mega(build.anonymousPeak), mega(build.residentPeak), build.date.slice(0, 10)]
        : ['', '', '', 'elsewhere'];
      return [`BlipQ ${precision}`, (ready / 1000).toFixed(2), ...built];
    }),
  );
}

function beamTable(results: readonly Result[]): string {
  const rows = results.flatMap((beam) => {
    const plain = find(results, { ...keyOf(beam), beams: 1 });
    if (beam.beams === 1 || plain === undefined) return [];
    return [
      [
        nameOf(beam),
        beam.beams,
        plain.decodeMs.toFixed(0),
        beam.decodeMs.toFixed(0),
        (beam.decodeMs / plain.decodeMs).toFixed(2),
      ],
    ];
  });
  if (rows.length === 0) return '';
  return table(['batch 1', 'beams', 'greedy decode ms', 'beam decode ms', 'cost per token against greedy'], rows);
}

/** How many times as long as BlipQ each peer takes, and how close all come to full precision. */
function peerTables(report: ShapeReport): string {
  const { results, agreements, versions } = report;
  const precisions = [...new Set(results.filter(({ engine }) => engine === 'BlipQ').map(({ precision }) => precision))];
  const theirs = greedy(results).filter(({ engine }) => engine !== 'BlipQ');
  const times = (peer: Result, precision: Result['precision']) => {
    const ours = find(results, { engine: 'BlipQ', precision, batch: peer.batch, beams: 1 });
    return ours ? `${(peer.secondsPerCaption / ours.secondsPerCaption).toFixed(2)}×` : '';
  };
  return [
    table(
      ['time of', 'batch', ...precisions.map((precision) => `by that of BlipQ ${precision}`)],
      theirs.map((peer) => [nameOf(peer), peer.batch, ...precisions.map((precision) => times(peer, precision))]),
    ),
    table(
      ['against fp32', 'same captions', 'tokens before the first other', 'least cosine of embeddings'],
      agreements.map((each) => [
        nameOf(each),
        `${each.sameCaptions} of ${each.images}`,
        percent(each.sameTokens),
        each.cosineMin.toFixed(5),
      ]),
    ),
    list(
      Object.entries(versions).map(
        ([engine, packages]) =>
          `${engine}: ${Object.entries(packages)
            .map((pair) => pair.join(' '))
            .join(', ')}`,
      ),
    ),
  ].join('\n\n');
}

function engineSection({ engine: { demo, batch } }: BenchReport): string {
  const lines = [
    `bundled model in ${demo.precision}, one caption at a time: ${demo.overheadP50Ms.toFixed(1)} ms p50 and ${demo.overheadP99Ms.toFixed(1)} ms p99 beyond the model's own ${demo.modelP50Ms.toFixed(0)} ms`,
  ];
  if (batch !== null) {
    lines.push(
      `BLIP-${batch.shape} in ${batch.precision}, batches of ${batch.batchSizes.join(', ')}: event-loop delay of the process that owns the engine ${batch.loopDelayP99Ms.toFixed(1)} ms p99, ${batch.loopDelayMaxMs.toFixed(1)} ms at most; the engine was ready in ${(batch.readyMs / 1000).toFixed(2)} s`,
    );
  }
  return `## Engine\n\n${list(lines)}`;
}

function greedy(results: readonly Result[]): Result[] {
  return results.filter(({ beams }) => beams === 1);
}

function keyOf({ engine, precision, batch }: Result) {
  return { engine, precision, batch };
}

function nameOf({ engine, precision }: Pick<Result, 'engine' | 'precision'>): string {
  return `${engine} ${precision}`;
}

function memoryCells({ anonymous, file }: Result['memory']): Cell[] {
  return [mega(anonymous), mega(file)];
}
