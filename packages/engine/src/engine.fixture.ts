import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';
import { Engine } from './engine.js';
import type { EngineOptions } from './engine-options.js';
import { row } from './pixel-marks.fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'blipq-engine-'));
const engines: Engine[] = [];
let pipes = 0;

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()));
});
afterAll(() => {
  // A failed test may have left a thread waiting in a named pipe, which would keep this process alive.
  for (let pipe = 1; pipe <= pipes; pipe += 1) closeSync(openSync(join(folder, `pipe-${pipe}`), 'r+'));
  rmSync(folder, { recursive: true });
});

/** An engine over the fixture's process, which differs from the real one in its model only. It stops after the test. */
export function fixtureEngine(options: Partial<EngineOptions> = {}): Engine {
  const silent = () => {};
  const engine = new Engine({
    checkpoint: 'plain',
    cacheDir: folder,
    threads: 1,
    batchMax: 8,
    batchDeadlineMs: 60_000,
    stopGraceMs: 60_000,
    logger: { debug: silent, info: silent, warn: silent },
    backoff: { minMs: 1, maxMs: 1, resetAfterMs: 0 },
    entry: new URL('../dist/engine-process.fixture.js', import.meta.url),
    ...options,
  });
  engines.push(engine);
  return engine;
}

export async function started(options?: Partial<EngineOptions>): Promise<Engine> {
  const engine = fixtureEngine(options);
  await engine.start();
  return engine;
}

export function namedPipe(): string {
  pipes += 1;
  const path = join(folder, `pipe-${pipes}`);
  execFileSync('mkfifo', [path]);
  return path;
}

/** Blocks the engine process in a batch of one row until `release`. */
export async function occupy(engine: Engine) {
  const pipe = namedPipe();
  const caption = engine.caption(row(0, 'hold', pipe));
  // Opening a named pipe waits for its reader: from here on the batch is running.
  const writer = await open(pipe, 'w');
  return { caption, pipe, release: () => writer.close() };
}

/** Records how often `engine` restarts and the sizes of its batches. */
export function recorded(engine: Engine) {
  const record = { restarts: 0, sizes: [] as number[] };
  engine.on('restarting', () => {
    record.restarts += 1;
  });
  engine.on('batch-started', ({ size }) => record.sizes.push(size));
  return record;
}

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export const texts = (captions: { text: string }[]) => captions.map(({ text }) => text);
export const captionsOf = (...tags: number[]) => tags.map((tag) => `caption ${tag}`);
