import type { GpuFigures } from './gpu.js';
import type { BatchSample } from './gpu-process.js';
import { type Cell, list, table } from './markdown-table.js';
import { median } from './median.js';

/** The report of the GPU benchmark. */
export function gpuMarkdown({ gpu, precision, goldens, shapes, notes, seconds }: GpuFigures): string {
  const parts = [
    `# BLIP in ${precision}\n\nDevice: ${gpu}. All of it took ${seconds.toFixed(0)} s.`,
    '## Beside the captions of transformers in fp32',
    table(
      ['checkpoint', 'the same', 'largest difference of a log-probability'],
      goldens.map(({ name, same, cases, drift }) => [name, `${same} of ${cases}`, drift.toFixed(4)]),
    ),
  ];
  for (const { name, blipq, pytorch, loads } of shapes) {
    const engines = [['BlipQ', blipq] as const, ...Object.entries(pytorch)];
    parts.push(
      `## BLIP-${name}, 20 new tokens`,
      table(
        ['engine', 'batch', 's per caption', 'encode ms', 'decode ms', 'device MB', 'resident MB'],
        engines.flatMap(([engine, samples]) => rowsOf(engine, samples)),
      ),
      table(
        ['workers with batches of 8', 'workers', 'captions per second'],
        loads.map(({ sharing, workers, captionsPerS }) => [sharing, workers, captionsPerS.toFixed(1)]),
      ),
    );
  }
  if (notes.length > 0) parts.push('## Left out', list(notes));
  return parts.join('\n\n');
}

/** Medians of the samples of each batch, per image. */
function rowsOf(engine: string, samples: readonly BatchSample[]): Cell[][] {
  return [...new Set(samples.map(({ batch }) => batch))].map((batch) => {
    const own = samples.filter((sample) => sample.batch === batch);
    const middle = (of: (sample: BatchSample) => number) => median(own.map(of));
    const deviceMb = own.flatMap((sample) => sample.deviceMb ?? []);
    return [
      engine,
      batch,
      (middle(({ encodeMs, decodeMs }) => encodeMs + decodeMs) / batch / 1000).toFixed(4),
      (middle(({ encodeMs }) => encodeMs) / batch).toFixed(1),
      (middle(({ decodeMs }) => decodeMs) / batch).toFixed(1),
      deviceMb.length === 0 ? '' : Math.max(...deviceMb).toFixed(0),
      Math.max(...own.map(({ residentMb }) => residentMb)).toFixed(0),
    ];
  });
}
