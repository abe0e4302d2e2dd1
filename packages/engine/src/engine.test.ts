import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Backoff } from './backoff.js';
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
  // Whoever a failed test left waiting in a named pipe is let go, for a thread that waits there would keep us alive.
  for (let pipe = 1; pipe <= pipes; pipe += 1) closeSync(openSync(join(folder, `pipe-${pipe}`), 'r+'));
  rmSync(folder, { recursive: true });
});

/** An engine over the fixture's process, and how the real one differs: in its model only. */
function fixtureEngine(options: Partial<EngineOptions> = {}): Engine {
  const silent = () => {};
  const engine = new Engine({
    checkpoint: 'plain',
    cacheDir: folder,
    threads: 1,
    batchMax: 8,
    batchDeadlineMs: 60_000,
    stopGraceMs: 60_000,
    logger: { debug: silent, info: silent, warn: silent },
    backoff: new Backoff({ minMs: 1, maxMs: 1, resetAfterMs: 0 }),
    entry: new URL('../dist/engine-process.fixture.js', import.meta.url),
    ...options,
  });
  engines.push(engine);
  return engine;
}

async function started(options?: Partial<EngineOptions>): Promise<Engine> {
  const engine = fixtureEngine(options);
  await engine.start();
  return engine;
}

function namedPipe(): string {
  pipes += 1;
  const path = join(folder, `pipe-${pipes}`);
  execFileSync('mkfifo', [path]);
  return path;
}

/** Has the engine process run (and block in) a batch of one row, until `release`. */
async function occupy(engine: Engine) {
  const pipe = namedPipe();
  const caption = engine.caption(row(0, 'hold', pipe));
  // Opening a named pipe waits for its reader: from here on the batch is running.
  const writer = await open(pipe, 'w');
  return { caption, release: () => writer.close() };
}

/** Records how often `engine` restarts and the sizes of its batches. */
function recorded(engine: Engine) {
  const record = { restarts: 0, sizes: [] as number[] };
  engine.on('restarting', () => {
    record.restarts += 1;
  });
  engine.on('batch-started', ({ size }) => record.sizes.push(size));
  return record;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const texts = (captions: { text: string }[]) => captions.map(({ text }) => text);
const captionsOf = (...tags: number[]) => tags.map((tag) => `caption ${tag}`);

describe('batching', () => {
  it('keeps rows of unequal numbers of beams apart, for they run in different graphs', async () => {
    const engine = await started();
    const { sizes } = recorded(engine);
    const occupied = await occupy(engine);
    const beams = (tag: number, numBeams?: number) => {
      const plain = row(tag);
      return engine.caption(numBeams === undefined ? plain : { ...plain, params: { ...plain.params, numBeams } });
    };
    const captions = [beams(1), beams(2, 3), beams(3, 1), beams(4, 3)];
    await occupied.release();
    expect(texts(await Promise.all(captions))).toEqual(captionsOf(1, 2, 3, 4));
    expect(sizes).toEqual([1, 2, 2]);
    await occupied.caption;
  });

  it('gathers rows while a batch runs and then takes all it can, in arrival order', async () => {
    const engine = await started({ batchMax: 4 });
    const { sizes } = recorded(engine);
    const busy = await occupy(engine);
    const waiting = [1, 2, 3, 4, 5, 6].map((tag) => engine.caption(row(tag)));
    await busy.release();
    const captions = await Promise.all(waiting);
    expect(texts(captions)).toEqual(captionsOf(1, 2, 3, 4, 5, 6));
    expect(captions.map(({ batchSize }) => batchSize)).toEqual([4, 4, 4, 4, 2, 2]);
    expect(sizes).toEqual([1, 4, 2]);
    expect(await busy.caption).toMatchObject({ text: 'caption 0', batchSize: 1, encodeMs: 1, decodeMs: 2 });
  });

  it('drops a row whose caller gave up before its batch', async () => {
    const engine = await started();
    const { sizes } = recorded(engine);
    const busy = await occupy(engine);
    const caller = new AbortController();
    const gone = engine.caption(row(1), caller.signal);
    const kept = engine.caption(row(2));
    caller.abort();
    await expect(gone).rejects.toMatchObject({ name: 'AbortError' });
    await busy.release();
    expect(await kept).toMatchObject({ text: 'caption 2', batchSize: 1 });
    expect(sizes).toEqual([1, 1]);
  });

  it('leaves the event loop free while the engine process is blocked', async () => {
    const engine = await started();
    const busy = await occupy(engine);
    let ended = false;
    engine.once('batch', () => {
      ended = true;
    });
    for (let turns = 0; turns < 100; turns += 1) await turn();
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(ended).toBe(false);
    await busy.release();
    await busy.caption;
    expect(ended).toBe(true);
  });
});

describe('a row that fails', () => {
  it('ends two engine processes at most, by itself, when it crashes them', async () => {
    const engine = await started();
    const record = recorded(engine);
    const busy = await occupy(engine);
    const [poison, ...mates] = [9, 1, 2, 3].map((tag) => engine.caption(row(tag, tag === 9 ? 'crash' : 'plain')));
    const failed = expect(poison).rejects.toMatchObject({ code: 'worker_lost' });
    await busy.release();
    await failed;
    expect(texts(await Promise.all(mates))).toEqual(captionsOf(1, 2, 3));
    expect(record).toEqual({ restarts: 2, sizes: [1, 4, 1, 1, 1, 1] });
  });

  it('fails with timeout, by itself, when it hangs twice', async () => {
    const engine = await started({ batchDeadlineMs: 1500 });
    const record = recorded(engine);
    const [mate, poison] = [engine.caption(row(1)), engine.caption(row(9, 'hang'))];
    await expect(poison).rejects.toMatchObject({ code: 'timeout' });
    expect(await mate).toMatchObject({ text: 'caption 1' });
    expect(record.restarts).toBe(2);
  });

  it.each(['throw', 'notANumber'] as const)('fails alone with inference_error and ends nothing (%s)', async (mark) => {
    const engine = await started();
    const { pid } = engine;
    const [mate, bad] = [engine.caption(row(1)), engine.caption(row(9, mark))];
    await expect(bad).rejects.toMatchObject({ code: 'inference_error' });
    expect(await mate).toMatchObject({ text: 'caption 1', batchSize: 1 });
    expect(engine.pid).toBe(pid);
  });
});

describe('an engine process that is lost', () => {
  it('mid-batch: every caption in flight and every caption that waits still succeeds', async () => {
    const engine = await started();
    const record = recorded(engine);
    const busy = await occupy(engine);
    const waiting = [1, 2, 3].map((tag) => engine.caption(row(tag)));
    const again = new Promise((resolve) => engine.once('ready', resolve));
    process.kill(engine.pid!, 'SIGKILL');
    await again;
    expect(engine.state).toBe('ready');
    await busy.release();
    // The row that was running blocks in its pipe again, now in the new process.
    const writer = await open(join(folder, `pipe-${pipes}`), 'w');
    await writer.close();
    expect(await busy.caption).toMatchObject({ text: 'caption 0' });
    expect(texts(await Promise.all(waiting))).toEqual(captionsOf(1, 2, 3));
    expect(record).toEqual({ restarts: 1, sizes: [1, 1, 3] });
  });

  it('while idle: it is replaced, and rows that come meanwhile wait for the new one', async () => {
    const engine = await started();
    const lost = engine.pid!;
    const restarting = once(engine, 'restarting');
    process.kill(lost, 'SIGKILL');
    await restarting;
    expect(engine.state).toBe('restarting');
    expect(await engine.caption(row(1))).toMatchObject({ text: 'caption 1' });
    expect(engine.pid).not.toBe(lost);
  });

  it('by going silent while idle: it is killed and replaced', async () => {
    const engine = await started({ heartbeatSilenceMs: 1000 });
    const silent = engine.pid!;
    const restarting = once(engine, 'restarting');
    process.kill(silent, 'SIGSTOP');
    const [{ reason }] = await restarting;
    expect(reason).toContain('sent no heartbeat');
    expect(isRunning(silent)).toBe(false);
    expect(await engine.caption(row(1))).toMatchObject({ text: 'caption 1' });
  });

  it('survives the signals that Ctrl-C and service managers send to the whole group', async () => {
    const engine = await started();
    const { pid } = engine;
    const busy = await occupy(engine);
    process.kill(pid!, 'SIGINT');
    process.kill(pid!, 'SIGTERM');
    await busy.release();
    expect(await busy.caption).toMatchObject({ text: 'caption 0' });
    expect(await engine.caption(row(1))).toMatchObject({ text: 'caption 1' });
    expect(engine.pid).toBe(pid);
  });
});

describe('start', () => {
  it('passes on what the model says of itself', async () => {
    const engine = fixtureEngine();
    expect(engine.state).toBe('starting');
    expect(() => engine.facts).toThrow('before it was ready');
    await engine.start();
    expect(engine.state).toBe('ready');
    expect(engine.facts).toMatchObject({ model: 'fixture', revision: '000000000000', imageSize: 1 });
  });

  it('rejects with the very words of a refusal, tries no second time and leaves no process', async () => {
    const engine = fixtureEngine({ checkpoint: 'refused' });
    const record = recorded(engine);
    const starting = engine.start();
    const pid = engine.pid!;
    await expect(starting).rejects.toMatchObject({
      name: 'EngineRefusedError',
      code: 'checkpoint_mismatch',
      message: 'blip/model.safetensors: no tensor "a.b"',
    });
    expect(isRunning(pid)).toBe(false);
    expect(engine.state).toBe('stopped');
    expect(record.restarts).toBe(0);
    await expect(engine.caption(row(1))).rejects.toMatchObject({ code: 'shutting_down' });
  });

  it('rejects with what the process wrote when it ends before the model is ready', async () => {
    const starting = fixtureEngine({ checkpoint: 'broken' }).start();
    await expect(starting).rejects.toThrow(/exit code 1[\s\S]*the disk is on fire/);
  });

  it('has patience as long as there is progress', async () => {
    const progress: number[] = [];
    const engine = fixtureEngine({ checkpoint: 'slow', startSilenceMs: 1000 });
    engine.on('progress', ({ bytesDone }) => progress.push(bytesDone));
    await engine.start();
    expect(progress).toEqual([...Array(16).keys()]);
  });

  it('finds the checkpoint once: what takes the place of a lost process loads the same one', async () => {
    let asked = 0;
    const checkpoint = async () => {
      asked += 1;
      return { checkpoint: 'plain', name: 'owner/name' };
    };
    const engine = await started({ checkpoint });
    const { pid } = engine;
    const ready = once(engine, 'ready');
    process.kill(pid!, 'SIGKILL');
    await ready;
    expect(engine.pid).not.toBe(pid);
    expect(asked).toBe(1);
  });

  it('rejects with what finding the checkpoint rejects with, and is stopped', async () => {
    const engine = fixtureEngine({ checkpoint: () => Promise.reject(new Error('no such model')) });
    await expect(engine.start()).rejects.toThrow('no such model');
    expect(engine.state).toBe('stopped');
  });

  it('gives up finding the checkpoint when it is stopped', async () => {
    const engine = fixtureEngine({
      checkpoint: async (signal) => {
        await once(signal, 'abort');
        throw signal.reason;
      },
    });
    const starting = engine.start();
    await engine.stop();
    await expect(starting).rejects.toMatchObject({ code: 'shutting_down' });
  });

  it('ends a process that makes no progress', async () => {
    const engine = fixtureEngine({ checkpoint: 'silent', startSilenceMs: 1000 });
    const starting = engine.start();
    const pid = engine.pid!;
    await expect(starting).rejects.toThrow('made no progress with the model');
    expect(isRunning(pid)).toBe(false);
  });
});

describe('stop', () => {
  it('lets the batch in flight end, rejects what waits and what comes, and leaves no process', async () => {
    const engine = await started();
    const pid = engine.pid!;
    const busy = await occupy(engine);
    const waiting = engine.caption(row(1));
    const stopping = engine.stop();
    await expect(waiting).rejects.toMatchObject({ code: 'shutting_down' });
    await expect(engine.caption(row(2))).rejects.toMatchObject({ code: 'shutting_down' });
    expect(isRunning(pid)).toBe(true);
    await busy.release();
    expect(await busy.caption).toMatchObject({ text: 'caption 0' });
    await stopping;
    expect(isRunning(pid)).toBe(false);
    expect(engine.state).toBe('stopped');
    expect(engine.pid).toBeUndefined();
  });

  it('kills a batch that outlasts its grace', async () => {
    const engine = await started({ stopGraceMs: 1 });
    const pid = engine.pid!;
    const record = recorded(engine);
    const busy = await occupy(engine);
    const failed = expect(busy.caption).rejects.toMatchObject({ code: 'shutting_down' });
    await engine.stop();
    await failed;
    expect(isRunning(pid)).toBe(false);
    expect(record.restarts).toBe(0);
    await busy.release();
  });

  it('ends a start and a pause before a restart', async () => {
    const silent = fixtureEngine({ checkpoint: 'silent' });
    const starting = expect(silent.start()).rejects.toMatchObject({ code: 'shutting_down' });
    await silent.stop();
    await starting;

    const backoff = new Backoff({ minMs: 600_000, maxMs: 600_000, resetAfterMs: 0 });
    const pausing = await started({ backoff });
    const restarting = once(pausing, 'restarting');
    process.kill(pausing.pid!, 'SIGKILL');
    await restarting;
    await pausing.stop();
    expect(pausing.state).toBe('stopped');
  });
});

it('an engine process does not outlive its supervisor, not even when a run blocks it', async () => {
  const pipe = namedPipe();
  const parent = spawn(process.execPath, [
    fileURLToPath(new URL('../dist/engine-parent.fixture.js', import.meta.url)),
    pipe,
  ]);
  const reader = await open(pipe, 'r');
  parent.kill('SIGKILL');
  // The pipe ends when its only writer, the engine process, has ended.
  expect(await readFile(reader, 'utf8')).toBe('');
  await reader.close();
});
