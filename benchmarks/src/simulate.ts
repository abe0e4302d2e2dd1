/**
 * How many workers a load needs, how long callers wait, what Redis must hold and what it costs, by a simulation of the
 * queue and the autoscaler with service times that you give: those that `npm run bench` measured on your machine.
 *
 *   npm run simulate -- --rate 200 --service-ms 60 --batch-max 32 --gpu
 *   npm run simulate -- --help
 *
 * Nothing is started or measured. docs/how-to/scale.md explains it and has service times.
 */
import { parseArgs } from 'node:util';
import type { ScaledObjectSpec } from './keda-model.js';
import { quantile, ServiceSimulation, type SimulationReport } from './service-simulation.js';
import { shippedScaledObject } from './shipped-scaled-object.js';

const usage = `npm run simulate -- [options]
  --rate 10               captions per second, on average
  --burst 0               captions that come at once at the beginning
  --service-ms 560        milliseconds of a worker for one caption: a batch of n takes n times that
  --batch-ms 1:60,32:600  or: milliseconds for whole batches, by their size; between them in proportion
  --batch-max 8           most captions in one batch, BLIPQ_BATCH_MAX (with --gpu 32)
  --gpu                   batches of 32, and workers that have loaded their model after 180 s, node and all
  --start-s 60            from a pod's creation to a loaded model (with --gpu 180)
  --workers N             a fixed number; without it the autoscaler decides, by k8s/rendered/gpu.yaml
  --from N                workers at the beginning (default: as many as the rate needs)
  --max 10                most workers that the autoscaler may start, maxReplicaCount
  --minutes 60            how long it goes on; the first quarter is not counted, unless there is a burst
  --price-hour 0          of one worker, in your currency
  --image-px 384          side of the model's input
  --retention-h 24        how long results are kept, BLIPQ_RETENTION_S
  --seed 1                of the arrivals`;

const values = readArguments();

/** Of Redis, beside the pixels, by `npm run bench:redis-memory`: what waits, and what can still be read, in bytes. */
const redisBytes = { pixelsFactor: 458_870 / 442_368, waiting: 4000, ended: 4130 };
/** Of a gateway, all threads, for one submit (apps/gateway/README.md), and the share of its CPUs that it should use. */
const gateway = { cpuS: 0.01, cpus: 2, share: 0.7 };

class UsageError extends Error {}

function amount(name: string, text: string, min: number): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < min)
    throw new UsageError(`--${name} ${text}: takes a number of at least ${min}`);
  return value;
}

/** Milliseconds for a batch, from measured ones: in proportion between two sizes, and beyond the largest. */
function batchTime(text: string | undefined, serviceMs: number): (size: number) => number {
  if (text === undefined) return (size) => size * serviceMs;
  const points = text.split(',').map((point) => {
    const [size, ms] = point.split(':').map((part) => amount('batch-ms', part ?? '', 0));
    if (size === undefined || ms === undefined) throw new UsageError(`--batch-ms ${text}: takes size:milliseconds,…`);
    return { size, ms };
  });
  points.sort((a, b) => a.size - b.size);
  return (size) => {
    const above = points.findIndex((point) => point.size >= size);
    if (above === 0) return points[0]!.ms;
    if (above === -1) return (points.at(-1)!.ms * size) / points.at(-1)!.size;
    const [low, high] = [points[above - 1]!, points[above]!];
    return low.ms + ((high.ms - low.ms) * (size - low.size)) / (high.size - low.size);
  };
}

/** Ends the process with one line and the usage where they are not understood. */
function readArguments() {
  try {
    return parseArgs({
      args: process.argv.slice(2).filter((arg) => arg !== '--'),
      options: {
        ...{ rate: { type: 'string', default: '10' }, burst: { type: 'string', default: '0' } },
        ...{ 'service-ms': { type: 'string', default: '560' }, 'batch-ms': { type: 'string' } },
        ...{ 'batch-max': { type: 'string' }, gpu: { type: 'boolean', default: false }, 'start-s': { type: 'string' } },
        ...{
          workers: { type: 'string' },
          from: { type: 'string' },
          max: { type: 'string' },
          minutes: { type: 'string', default: '60' },
        },
        ...{ 'price-hour': { type: 'string', default: '0' }, 'image-px': { type: 'string', default: '384' } },
        ...{ 'retention-h': { type: 'string', default: '24' }, seed: { type: 'string', default: '1' } },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}\n`);
    process.exit(1);
  }
}

function shippedScaling(batchMax: number, max: string | undefined): ScaledObjectSpec {
  const spec = shippedScaledObject();
  const [trigger] = spec.triggers;
  const metadata = { ...trigger!.metadata, targetValue: String(batchMax) };
  const maxReplicaCount = max === undefined ? spec.maxReplicaCount : amount('max', max, 1);
  return { ...spec, maxReplicaCount, triggers: [{ metadata }] };
}

function readOptions() {
  const given = (name: keyof typeof values, fallback: number, min: number) =>
    amount(name, String(values[name] ?? fallback), min);
  const batchMax = given('batch-max', values.gpu ? 32 : 8, 1);
  const seconds = given('minutes', 60, 1) * 60;
  const burst = given('burst', 0, 0);
  const rate = given('rate', 10, 0);
  const batchMs = batchTime(values['batch-ms'], given('service-ms', 560, 0.001));
  const needed = Math.ceil((rate * batchMs(batchMax)) / 1000 / batchMax);
  const fixed = values.workers !== undefined;
  return {
    ...{ rate, burst, seconds, batchMax, batchMs, needed, seed: given('seed', 1, 0) },
    startS: given('start-s', values.gpu ? 180 : 60, 0),
    workers: fixed ? given('workers', 1, 1) : given('from', needed, 0),
    scaling: fixed ? undefined : shippedScaling(batchMax, values.max),
    // What a burst does is to be seen from its beginning.
    fromS: burst > 0 ? 0 : seconds / 4,
  };
}

type Options = ReturnType<typeof readOptions>;

function rowsOf({ rate, seconds, fromS, batchMax, batchMs, ...options }: Options, report: SimulationReport) {
  const perWorker = (batchMax / batchMs(batchMax)) * 1000;
  const pixels = 3 * amount('image-px', values['image-px'], 1) ** 2;
  const waitingMb = (report.open.max * (pixels * redisBytes.pixelsFactor + redisBytes.waiting)) / 1e6;
  const endedMb = (rate * amount('retention-h', values['retention-h'], 0) * 3600 * redisBytes.ended) / 1e6;
  const hours = (report.workers.mean * (seconds - fromS)) / 3600;
  const cost = hours * amount('price-hour', values['price-hour'], 0);
  const time = (value: number) => (value < 1 ? `${(value * 1000).toFixed(0)} ms` : `${value.toFixed(1)} s`);
  const three = (of: Float64Array) => [0.5, 0.95, 0.99].map((share) => time(quantile(of, share))).join(', ');
  const gateways = Math.max(1, Math.ceil((rate * gateway.cpuS) / (gateway.cpus * gateway.share)));
  return [
    ['a worker makes at most', `${perWorker.toFixed(2)} captions/s, in batches of ${batchMax}`],
    ['workers that the rate needs', options.needed],
    [
      `workers that there were${options.scaling ? ', autoscaled' : ''}`,
      `${report.workers.mean.toFixed(1)} on average, ${report.workers.max} at most, busy ${(100 * report.busy).toFixed(0)} %`,
    ],
    ['batches', `${report.batchMean.toFixed(1)} captions on average`],
    [
      'captions made',
      `${report.captions} in ${((seconds - fromS) / 60).toFixed(0)} min; ${report.left} left at the end`,
    ],
    ['until it is begun: p50, p95, p99', three(report.waitsS)],
    ['until it is made: p50, p95, p99', three(report.totalsS)],
    ['open captions', `${report.open.mean.toFixed(0)} on average, ${report.open.max} at most`],
    [
      "Redis's memory",
      `${waitingMb.toFixed(0)} MB for what is open at most, ${endedMb.toFixed(0)} MB for what can be read`,
    ],
    [`gateways of ${gateway.cpus} CPUs`, gateways],
    ...(cost > 0
      ? [
          [
            'cost of workers',
            `${cost.toFixed(2)} in all, ${((cost / report.captions) * 1e6).toFixed(2)} for a million captions`,
          ],
        ]
      : []),
  ] as [string, string | number][];
}

if (values.help) console.log(usage);
else {
  try {
    const options = readOptions();
    const report = new ServiceSimulation(options).run();
    for (const [what, figure] of rowsOf(options, report)) console.log(`${what.padEnd(38)}${figure}`);
    const { scaling, needed, workers } = options;
    const allowed = scaling?.maxReplicaCount ?? workers;
    if (needed > allowed)
      console.log(`\nThe queue grows without end: ${needed} workers are needed, and ${allowed} may run.`);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    process.exitCode = 1;
  }
}
