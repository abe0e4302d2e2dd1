import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { fixtureEngine, isRunning, namedPipe, occupy, recorded, started } from './engine.fixture.js';
import { row } from './pixel-marks.fixture.js';

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
    const pid = engine.pids[0]!;
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
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const progress: number[] = [];
    const engine = fixtureEngine({ checkpoint: 'slow', startSilenceMs: 6000 });
    engine.on('progress', ({ bytesDone }) => {
      progress.push(bytesDone);
      vi.advanceTimersByTime(5900);
    });
    await engine.start();
    expect(progress).toEqual([...Array(8).keys()]);
  });

  it('finds the checkpoint once: what takes the place of a lost process loads the same one', async () => {
    let asked = 0;
    const checkpoint = async () => {
      asked += 1;
      return { checkpoint: 'plain', name: 'owner/name' };
    };
    const engine = await started({ checkpoint });
    const [pid] = engine.pids;
    const ready = once(engine, 'ready');
    process.kill(pid!, 'SIGKILL');
    await ready;
    expect(engine.pids[0]).not.toBe(pid);
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
    const pid = engine.pids[0]!;
    await expect(starting).rejects.toThrow('made no progress with the model');
    expect(isRunning(pid)).toBe(false);
  });
});

describe('stop', () => {
  it('lets the batch in flight end, rejects what waits and what comes, and leaves no process', async () => {
    const engine = await started();
    const pid = engine.pids[0]!;
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
    expect(engine.pids).toEqual([]);
  });

  it('kills a batch that outlasts its grace', async () => {
    const engine = await started({ stopGraceMs: 1 });
    const pid = engine.pids[0]!;
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

    const backoff = { minMs: 600_000, maxMs: 600_000, resetAfterMs: 0 };
    const pausing = await started({ backoff });
    const restarting = once(pausing, 'restarting');
    process.kill(pausing.pids[0]!, 'SIGKILL');
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
