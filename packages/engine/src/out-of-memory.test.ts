import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CaptionRow } from '@blipq/blip';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Engine } from './engine.js';

const checkpoint = fileURLToPath(new URL('../../../models/demo', import.meta.url));
const cacheDir = mkdtempSync(join(tmpdir(), 'blipq-engine-memory-'));
const batchMax = 16;
const engines: Engine[] = [];

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()));
});
afterAll(() => rmSync(cacheDir, { recursive: true }));

async function started(): Promise<Engine> {
  const silent = () => {};
  const engine = new Engine({
    checkpoint,
    cacheDir,
    threads: 1,
    precision: 'fp32',
    device: 'cpu',
    batchMax,
    batchDeadlineMs: 60_000,
    logger: { debug: silent, info: silent, warn: silent },
  });
  engines.push(engine);
  await engine.start();
  return engine;
}

/** Beam search, for its memory: 16 of these rows take about 70 MB more than 8 do. */
function manyRows({ facts }: Engine): CaptionRow[] {
  return Array.from({ length: batchMax }, (_, tag) => ({
    pixels: new Uint8Array(facts.imageSize ** 2 * 3).fill(tag * 15),
    prompt: null,
    params: { maxNewTokens: 40, minNewTokens: 40, numBeams: 8 },
  }));
}

/** The captions of rows that come all at once, one group of them after the other. An idle engine makes each one batch. */
async function captionsOf(engine: Engine, ...groups: CaptionRow[][]): Promise<string[]> {
  const texts: string[] = [];
  for (const rows of groups) {
    const made = await Promise.all(rows.map((row) => engine.caption(row)));
    texts.push(...made.map(({ text }) => text));
  }
  return texts;
}

/** Lets the engine process have so many bytes of address space more than it has now, or as many as it likes. */
function allow(pid: number, more: number): void {
  const [, kib] = /^VmSize:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  // The soft limit alone: the hard one could not be raised again.
  const limit = more === Number.POSITIVE_INFINITY ? 'unlimited' : Number(kib) * 1024 + more;
  execFileSync('prlimit', ['--pid', String(pid), `--as=${limit}:`]);
}

describe.skipIf(!existsSync('/proc/self/status'))('an engine without memory', () => {
  it('does a batch that it does not suffice for in halves, and keeps to them, in the same process if that survives', async () => {
    // V8 may need memory before the limit is lifted again, and ends the process when there is none.
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const engine = await started();
      const [pid] = engine.pids;
      const rows = manyRows(engine);
      const expected = await captionsOf(engine, rows.slice(0, 8), rows.slice(8));
      const batches: string[] = [];
      engine.on('batch', ({ size, status }) => batches.push(`${size} ${status}`));
      allow(pid!, 8 * 1024 ** 2);
      // Told before the next batch is sent.
      engine.once('batch', ({ status }) => status === 'out_of_memory' && allow(pid!, Number.POSITIVE_INFINITY));
      expect(await captionsOf(engine, rows)).toEqual(expected);
      expect(await captionsOf(engine, rows)).toEqual(expected);
      expect(engine.batchMax).toBe(8);
      if (engine.pids[0] !== pid) continue;
      expect(batches).toEqual(['16 out_of_memory', '8 done', '8 done', '8 done', '8 done']);
      return;
    }
    throw new Error('the process survived in no attempt');
  }, 240_000);

  it('does them all when memory stays short, even if that ends the process', async () => {
    const engine = await started();
    const rows = manyRows(engine);
    const expected = await captionsOf(engine, rows.slice(0, 8), rows.slice(8));
    allow(engine.pids[0]!, 8 * 1024 ** 2);
    expect(await captionsOf(engine, rows)).toEqual(expected);
    expect(engine.batchMax).toBeLessThan(batchMax);
  });
});
