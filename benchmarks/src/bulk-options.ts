import { parseArgs } from 'node:util';

export interface BulkOptions {
  /** Items whose images are named by URL. */
  items: number;
  /** Items of one batch. */
  batch: number;
  /** Items that bring their images along, in one batch; none when 0. */
  inline: number;
  /** How long another key's captions are timed on the idle system, before and after the load, in seconds. */
  idleS: number;
  /** `BLIPQ_BATCH_MAX` of the worker. */
  workerBatch: number;
  /** `BLIPQ_BATCH_MS` of the worker. */
  workerBatchMs: number;
  /** Folder of the checkpoint that the worker serves; the bundled model by default. */
  model?: string | undefined;
  /** Redis's `maxmemory`, in MB. */
  redisMb: number;
  /** File that takes the report as well. */
  save?: string | undefined;
}

export const usage = `npm run bench:bulk -- [options]
  --items 100000    URLs to caption; a tenth of their hosts is dead, slow or hostile
  --batch 10000     items of one batch
  --inline 10000    items of a further batch that brings its images along as data: URLs; 0 for none
  --idle-s 30       how long another key's captions are timed on the idle system, before and after
  --worker-batch 8  images that the worker captions at once at most (BLIPQ_BATCH_MAX)
  --worker-batch-ms 1000  how long a batch should take at most (BLIPQ_BATCH_MS)
  --model FOLDER    checkpoint instead of the bundled model; BLIPQ_PRECISION and BLIPQ_CACHE of the environment hold for it
  --redis-mb 1024   maxmemory of Redis
  --save FILE       writes the report to a file as well
  --help

Progress goes to standard error, the report to standard output. Ends with 1 when something that must hold does not. A
quick look: --items 2000 --batch 1000 --inline 200 --idle-s 5`;

/** @throws Error that names the option and what it takes */
export function readBulkOptions(args: readonly string[]): BulkOptions | 'help' {
  const { values } = parseArgs({
    // pnpm hands on the `--` that npm takes away.
    args: args.filter((arg) => arg !== '--'),
    options: {
      items: { type: 'string', default: '100000' },
      batch: { type: 'string', default: '10000' },
      inline: { type: 'string', default: '10000' },
      'idle-s': { type: 'string', default: '30' },
      'worker-batch': { type: 'string', default: '8' },
      'worker-batch-ms': { type: 'string', default: '1000' },
      model: { type: 'string' },
      'redis-mb': { type: 'string', default: '1024' },
      save: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    items: count('--items', values.items, 1),
    batch: count('--batch', values.batch, 1, 10_000),
    inline: count('--inline', values.inline, 0, 10_000),
    idleS: count('--idle-s', values['idle-s'], 1),
    workerBatch: count('--worker-batch', values['worker-batch'], 1, 256),
    workerBatchMs: count('--worker-batch-ms', values['worker-batch-ms'], 0),
    model: values.model,
    redisMb: count('--redis-mb', values['redis-mb'], 64),
    save: values.save,
  };
}

function count(option: string, text: string, min: number, max = 10_000_000): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`${option} ${text}: takes a whole number from ${min} to ${max}`);
}
