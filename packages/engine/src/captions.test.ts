import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CaptionRow } from '@blipq/blip';
import { PixelPool } from '@blipq/pixels';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from './engine.js';
import { manifestOf } from './manifest-of.js';

/** The bundled model and the captions that transformers makes of its example scenes. */
const checkpoint = fileURLToPath(new URL('../../../models/demo', import.meta.url));
const expected: Record<string, string> = JSON.parse(readFileSync(join(checkpoint, 'examples/captions.json'), 'utf8'));

const cacheDir = mkdtempSync(join(tmpdir(), 'blipq-engine-models-'));
const rows: CaptionRow[] = [];
const phases = new Set<string>();
let engine: Engine;

beforeAll(async () => {
  const silent = () => {};
  engine = new Engine({
    checkpoint,
    cacheDir,
    threads: 2,
    precision: 'fp32',
    device: 'cpu',
    batchMax: 8,
    batchDeadlineMs: 60_000,
    logger: { debug: silent, info: silent, warn: silent },
  });
  engine.on('progress', ({ phase }) => phases.add(phase));
  await engine.start();
  const pool = new PixelPool({ threads: 1 });
  for (const file of Object.keys(expected)) {
    const image = await readFile(join(checkpoint, 'examples', file));
    const { rgb } = await pool.toPixels(image, engine.facts.imageSize);
    rows.push({ pixels: rgb, prompt: null, params: { maxNewTokens: 20, minNewTokens: 0 } });
  }
  await pool.stop();
});

afterAll(async () => {
  await engine.stop();
  rmSync(cacheDir, { recursive: true });
});

async function captionAll(): Promise<string[]> {
  const captions = await Promise.all(rows.map((row) => engine.caption(row)));
  return captions.map(({ text }) => text);
}

describe('the bundled model in its engine process', () => {
  it('is built with progress, has run once before it is ready, and tells its facts', () => {
    expect([...phases]).toEqual(['hash', 'encoder', 'decoder', 'optimize', 'load', 'warm-up']);
    expect(engine.facts).toMatchObject({ model: 'demo', task: 'captioning', imageSize: 128 });
  });

  it('captions every example scene as transformers does, in one batch', async () => {
    const sizes: number[] = [];
    engine.on('batch', ({ size }) => sizes.push(size));
    expect(await captionAll()).toEqual(Object.values(expected));
    expect(sizes).toEqual([rows.length]);
  });

  it('loses no caption when it is killed mid-batch', async () => {
    const killed = engine.pids[0]!;
    // It could be done before this process hears of it.
    process.kill(killed, 'SIGSTOP');
    engine.once('batch-started', () => process.kill(killed, 'SIGKILL'));
    expect(await captionAll()).toEqual(Object.values(expected));
    expect(engine.pids[0]).not.toBe(killed);
  });

  it('leaves timers running here while a batch runs there', async () => {
    const order: string[] = [];
    const [pid] = engine.pids;
    process.kill(pid!, 'SIGSTOP');
    engine.once('batch-started', () => {
      setTimeout(() => {
        order.push('timer');
        process.kill(pid!, 'SIGCONT');
      });
    });
    engine.once('batch', () => order.push('batch'));
    await captionAll();
    expect(order).toEqual(['timer', 'batch']);
  });

  it('fails a row of the wrong size alone', async () => {
    const bad = engine.caption({ ...rows[0]!, pixels: new Uint8Array(3) });
    const good = captionAll();
    await expect(bad).rejects.toMatchObject({ code: 'inference_error' });
    expect(await good).toEqual(Object.values(expected));
  });

  it('refuses a folder that is no checkpoint, naming it', async () => {
    const silent = () => {};
    const logger = { debug: silent, info: silent, warn: silent };
    const options = { cacheDir, threads: 1, batchMax: 1, batchDeadlineMs: 60_000, logger };
    const starting = new Engine({ ...options, checkpoint: cacheDir }).start();
    await expect(starting).rejects.toMatchObject({
      name: 'EngineRefusedError',
      code: expect.stringMatching(/^(checkpoint|config)_/),
      message: expect.stringContaining(cacheDir),
    });
  });
});

it('merges an adapter in the engine process, and captions as peft and transformers do', async () => {
  const reference = fileURLToPath(new URL('../../../test/reference/', import.meta.url));
  const { base, cases } = JSON.parse(readFileSync(join(reference, 'goldens-checkpoints.json'), 'utf8')).adapters.plain;
  const silent = () => {};
  const adapted = new Engine({
    checkpoint: async () => ({
      checkpoint: join(reference, base),
      adapter: join(reference, 'adapters/plain'),
      name: 'me/lora',
    }),
    ...{ cacheDir, threads: 2, precision: 'fp32', device: 'cpu', batchMax: 8, batchDeadlineMs: 60_000 },
    logger: { debug: silent, info: silent, warn: silent },
  });
  const pool = new PixelPool({ threads: 1 });
  await adapted.start();
  try {
    expect(adapted.facts.model).toBe('me/lora');
    const [{ image, prompt, params, ids }] = cases;
    const { rgb } = await pool.toPixels(await readFile(join(reference, image)), adapted.facts.imageSize);
    const limits = { maxNewTokens: params.max_new_tokens, minNewTokens: params.min_new_tokens };
    expect(await adapted.caption({ pixels: rgb, prompt, params: limits })).toMatchObject({ tokenIds: ids });
  } finally {
    await Promise.all([adapted.stop(), pool.stop()]);
  }
});

it('says in its facts and its manifest why auto took a precision', async () => {
  const silent = () => {};
  const choosing = new Engine({
    ...{ checkpoint, cacheDir, threads: 1, precision: 'auto', device: 'cpu', batchMax: 1, batchDeadlineMs: 60_000 },
    logger: { debug: silent, info: silent, warn: silent },
  });
  await choosing.start();
  try {
    const { precision, precisionReason } = choosing.facts;
    expect(precisionReason).toMatch(
      new RegExp(`^auto took ${precision} \\(times as fast as fp32 on this kind of CPU: `),
    );
    expect(manifestOf(choosing.facts)).toMatchObject({ precision, precision_reason: precisionReason });
    expect(manifestOf(engine.facts)).not.toHaveProperty('precision_reason');
  } finally {
    await choosing.stop();
  }
});
