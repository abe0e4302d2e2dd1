import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { captionsOf, fixtureEngine, isRunning, occupy, recorded, started, texts } from './engine.fixture.js';
import type { Engine } from './engine.js';
import type { EngineOptions } from './engine-options.js';
import { row } from './pixel-marks.fixture.js';

/** An engine of two processes, both ready. */
async function two(options: Partial<EngineOptions> = {}): Promise<Engine> {
  const engine = await started({ engines: 2, threads: 2, ...options });
  await expect.poll(() => engine.processesReady).toBe(2);
  return engine;
}

/** Has both processes run a row each. Resolves when both rows are running: each opens its pipe in its process. */
const occupyBoth = async (engine: Engine) => [await occupy(engine), await occupy(engine)];

/** Lets a row end in whichever process reads its pipe, now or later. */
async function letGo({ pipe, release }: Awaited<ReturnType<typeof occupy>>): Promise<void> {
  const writer = await open(pipe, 'w');
  await Promise.all([writer.close(), release()]);
}

/** The processes that made the captions. */
const makers = (captions: { alt?: string }[]) => captions.map(({ alt }) => Number(alt));

const never = { minMs: 600_000, maxMs: 600_000, resetAfterMs: 0 };

it('is ready with its first process; the others follow with their share of the threads, on the same device', async () => {
  const notes: string[] = [];
  const note = (_fields: object, text: string) => void notes.push(text);
  const logger = { debug: () => {}, info: note, warn: note };
  const engine = fixtureEngine({ engines: 3, threads: 8, logger });
  const starting = engine.start();
  expect(engine.pids).toHaveLength(1);
  await starting;
  expect(engine.pids).toHaveLength(3);
  await expect.poll(() => engine.processesReady).toBe(3);
  expect(notes.filter((text) => text.includes('threads'))).toEqual([
    '2 threads, auto',
    '2 threads, cpu',
    '2 threads, cpu',
  ]);
});

it('starts those that end before they were ready again, and works meanwhile', async () => {
  const engine = await started({ engines: 2, threads: 2 });
  process.kill(engine.pids[1]!, 'SIGKILL');
  await once(engine, 'restarting');
  expect(engine.state).toBe('ready');
  expect(await engine.caption(row(1))).toMatchObject({ text: 'caption 1' });
  await expect.poll(() => engine.processesReady).toBe(2);
});

it('runs a row in each process at the same time', async () => {
  const engine = await two();
  const busy = await occupyBoth(engine);
  await Promise.all(busy.map(({ release }) => release()));
  const made = makers(await Promise.all(busy.map(({ caption }) => caption)));
  expect(made.toSorted()).toEqual(engine.pids.toSorted());
});

it('spreads rows that come together evenly, and gives what gathers while all are busy to whichever is free', async () => {
  const engine = await two();
  const { sizes } = recorded(engine);
  const together = await Promise.all([1, 2, 3, 4, 5].map((tag) => engine.caption(row(tag))));
  expect(texts(together)).toEqual(captionsOf(1, 2, 3, 4, 5));
  expect(new Set(makers(together))).toEqual(new Set(engine.pids));
  expect(sizes).toEqual([3, 2]);

  const [one, other] = await occupyBoth(engine);
  const waiting = [6, 7, 8].map((tag) => engine.caption(row(tag)));
  await one!.release();
  expect(texts(await Promise.all(waiting))).toEqual(captionsOf(6, 7, 8));
  expect(sizes).toEqual([3, 2, 1, 1, 3]);
  await other!.release();
  await Promise.all([one!.caption, other!.caption]);
});

it('loses one process: its row is tried again, the others go on, and it is replaced', async () => {
  const engine = await two();
  const busy = await occupyBoth(engine);
  const [lost, other] = engine.pids;
  const ends: string[] = [];
  engine.on('batch', ({ status }) => ends.push(status));
  const restarting = once(engine, 'restarting').then(() => engine.state);
  const ready = once(engine, 'ready');
  process.kill(lost!, 'SIGKILL');
  expect(await restarting).toBe('ready');
  await ready;
  await Promise.all(busy.map(letGo));
  const captions = await Promise.all(busy.map(({ caption }) => caption));
  expect(texts(captions)).toEqual(captionsOf(0, 0));
  expect(makers(captions)).toContain(other);
  expect(makers(captions)).not.toContain(lost);
  expect(ends).toEqual(['crashed', 'done', 'done']);
  expect(engine.processesReady).toBe(2);
});

it('tries the rows of a lost process in another one while that is not replaced', async () => {
  const engine = await two({ backoff: never });
  const busy = await occupyBoth(engine);
  const [lost, other] = engine.pids;
  const restarting = once(engine, 'restarting');
  process.kill(lost!, 'SIGKILL');
  await restarting;
  expect(engine.pids).toEqual([other]);
  await Promise.all(busy.map(letGo));
  const captions = await Promise.all(busy.map(({ caption }) => caption));
  expect(makers(captions)).toEqual([other, other]);
  expect(engine.state).toBe('ready');
});

it('is restarting once its last process is gone', async () => {
  const engine = await two({ backoff: never });
  const states: string[] = [];
  engine.on('restarting', () => states.push(engine.state));
  for (const pid of engine.pids) {
    const restarting = once(engine, 'restarting');
    process.kill(pid, 'SIGKILL');
    await restarting;
  }
  expect(states).toEqual(['ready', 'restarting']);
  expect(engine.processesReady).toBe(0);
});

it('ends all processes at a stop, once their batches have ended', async () => {
  const engine = await two();
  const { pids } = engine;
  const busy = await occupyBoth(engine);
  const waiting = engine.caption(row(1));
  const stopping = engine.stop();
  await expect(waiting).rejects.toMatchObject({ code: 'shutting_down' });
  expect(pids.map(isRunning)).toEqual([true, true]);
  await Promise.all(busy.map(({ release }) => release()));
  expect(texts(await Promise.all(busy.map(({ caption }) => caption)))).toEqual(captionsOf(0, 0));
  await stopping;
  expect(pids.map(isRunning)).toEqual([false, false]);
  expect(engine.state).toBe('stopped');
});

it('kills all batches that outlast the grace of a stop', async () => {
  const engine = await two({ stopGraceMs: 1 });
  const { pids } = engine;
  const busy = await occupyBoth(engine);
  const failed = Promise.all(
    busy.map(({ caption }) => expect(caption).rejects.toMatchObject({ code: 'shutting_down' })),
  );
  await engine.stop();
  await failed;
  expect(pids.map(isRunning)).toEqual([false, false]);
  await Promise.all(busy.map(({ release }) => release()));
});
