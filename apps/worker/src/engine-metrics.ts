import type { Engine } from '@blipq/engine';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const modelBucketsS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 120];
const batchSizeBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** How the engine fares: its batches, its times, its restarts, its model. */
export class EngineMetrics {
  constructor(registry: Registry, engine: Engine) {
    this.#batches(registry, engine);
    this.#life(registry, engine);
  }

  #batches(registry: Registry, engine: Engine): void {
    const registers = [registry];
    const batches = new Counter({
      name: 'blipq_batches_total',
      help: 'Batches by status: done, threw, out_of_memory, crashed or hung (the last two cost the engine process)',
      labelNames: ['status'],
      registers,
    });
    for (const status of ['done', 'threw', 'out_of_memory', 'crashed', 'hung']) batches.inc({ status }, 0);
    new Gauge({
      name: 'blipq_batch_max',
      help: 'Most rows in one batch just now: BLIPQ_BATCH_MAX, or less where memory did not suffice',
      registers,
      collect() {
        this.set(engine.batchMax);
      },
    });
    const histogram = (name: string, help: string, buckets: number[]) =>
      new Histogram({ name, help, buckets, registers });
    const sizes = histogram('blipq_batch_size', 'Rows of a batch', batchSizeBuckets);
    const encode = histogram('blipq_encode_seconds', 'Time of the image encoder for one batch', modelBucketsS);
    const decode = histogram('blipq_decode_seconds', 'Time of the text decoder for one batch', modelBucketsS);
    engine.on('batch', ({ size, status, encodeMs, decodeMs }) => {
      batches.inc({ status });
      sizes.observe(size);
      if (encodeMs !== undefined) encode.observe(encodeMs / 1000);
      if (decodeMs !== undefined) decode.observe(decodeMs / 1000);
    });
  }

  #life(registry: Registry, engine: Engine): void {
    const registers = [registry];
    const restarts = new Counter({
      name: 'blipq_engine_restarts_total',
      help: 'Engine processes that ended unasked and were replaced',
      registers,
    });
    engine.on('restarting', () => restarts.inc());
    new Gauge({
      name: 'blipq_engine_ready',
      help: 'Engine processes in which the model is loaded and runs, of BLIPQ_ENGINES; 0 while none does any work',
      registers,
      collect() {
        this.set(engine.processesReady);
      },
    });
    const info = new Gauge({
      name: 'blipq_model_info',
      help: 'The model that this worker runs; always 1',
      labelNames: ['model', 'revision', 'precision', 'device'],
      registers,
    });
    engine.on('ready', ({ model, revision, precision, device }) => {
      info.reset();
      info.set({ model, revision, precision, device }, 1);
    });
  }
}
