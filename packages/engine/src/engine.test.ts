import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { captionsOf, isRunning, occupy, recorded, started, texts } from './engine.fixture.js';
import { row } from './pixel-marks.fixture.js';

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
    const engine = await started({ batchDeadlineMs: 10_000 });
    const record = recorded(engine);
    const [mate, poison] = [engine.caption(row(1)), engine.caption(row(9, 'hang'))];
    await expect(poison).rejects.toMatchObject({ code: 'timeout' });
    expect(await mate).toMatchObject({ text: 'caption 1' });
    expect(record.restarts).toBe(2);
  });

  it.each(['throw', 'notANumber'] as const)('fails alone with inference_error and ends nothing (%s)', async (mark) => {
    const engine = await started();
    const [pid] = engine.pids;
    const [mate, bad] = [engine.caption(row(1)), engine.caption(row(9, mark))];
    await expect(bad).rejects.toMatchObject({ code: 'inference_error' });
    expect(await mate).toMatchObject({ text: 'caption 1', batchSize: 1 });
    expect(engine.pids[0]).toBe(pid);
  });
});

describe('an engine process that is lost', () => {
  it('mid-batch: every caption in flight and every caption that waits still succeeds', async () => {
    const engine = await started();
    const record = recorded(engine);
    const busy = await occupy(engine);
    const waiting = [1, 2, 3].map((tag) => engine.caption(row(tag)));
    const again = new Promise((resolve) => engine.once('ready', resolve));
    process.kill(engine.pids[0]!, 'SIGKILL');
    await again;
    expect(engine.state).toBe('ready');
    // The row that was running blocks in its pipe again, now in the new process: it goes on once nobody may write to it.
    const writer = await open(busy.pipe, 'w');
    await Promise.all([writer.close(), busy.release()]);
    expect(await busy.caption).toMatchObject({ text: 'caption 0' });
    expect(texts(await Promise.all(waiting))).toEqual(captionsOf(1, 2, 3));
    expect(record).toEqual({ restarts: 1, sizes: [1, 1, 3] });
  });

  it('while idle: it is replaced, and rows that come meanwhile wait for the new one', async () => {
    const engine = await started();
    const lost = engine.pids[0]!;
    const restarting = once(engine, 'restarting');
    process.kill(lost, 'SIGKILL');
    await restarting;
    expect(engine.state).toBe('restarting');
    expect(await engine.caption(row(1))).toMatchObject({ text: 'caption 1' });
    expect(engine.pids[0]).not.toBe(lost);
  });

  it('by going silent while idle: it is killed and replaced', async () => {
    const engine = await started({ heartbeatSilenceMs: 3000 });
    const silent = engine.pids[0]!;
    const restarting = once(engine, 'restarting');
    process.kill(silent, 'SIGSTOP');
    const [{ reason }] = await restarting;
    expect(reason).toContain('sent no heartbeat');
    expect(isRunning(silent)).toBe(false);
    expect(await engine.caption(row(1))).toMatchObject({ text: 'caption 1' });
  });

  it('survives the signals that Ctrl-C and service managers send to the whole group', async () => {
    const engine = await started();
    const [pid] = engine.pids;
    const busy = await occupy(engine);
    process.kill(pid!, 'SIGINT');
    process.kill(pid!, 'SIGTERM');
    await busy.release();
    expect(await busy.caption).toMatchObject({ text: 'caption 0' });
    expect(await engine.caption(row(1))).toMatchObject({ text: 'caption 1' });
    expect(engine.pids[0]).toBe(pid);
  });
});
