import { describe, expect, it } from 'vitest';
import { Batcher, type Entry } from './batcher.js';

const byFirstLetter = (row: string) => row[0]!;
const rowsOf = (batch: Entry<string, string>[]) => batch.map(({ row }) => row);
const caption = (batch: Entry<string, string>[]) => ({
  status: 'done' as const,
  outputs: batch.map(({ row }) => `caption of ${row}`),
  ms: 1,
});

function batcher(batchMax = 4) {
  return new Batcher<string, string>({ batchMax, key: byFirstLetter });
}

/** Submits rows that nobody waits for; a test that looks at an outcome submits its row itself. */
function submit(target: Batcher<string, string>, ...rows: string[]) {
  for (const row of rows) target.submit(row).catch(() => {});
}

describe('take', () => {
  it('hands out rows in arrival order, at most batchMax at a time', () => {
    const target = batcher();
    submit(target, 'a1', 'a2', 'a3', 'a4', 'a5');
    expect(rowsOf(target.take())).toEqual(['a1', 'a2', 'a3', 'a4']);
    expect(rowsOf(target.take())).toEqual(['a5']);
    expect(target.take()).toEqual([]);
  });

  it('puts only rows of one key in a batch, and the row that waited longest in the next one', () => {
    const target = batcher();
    submit(target, 'a1', 'b1', 'a2', 'b2');
    expect(rowsOf(target.take())).toEqual(['a1', 'a2']);
    expect(rowsOf(target.take())).toEqual(['b1', 'b2']);
  });
});

describe('take with several engines', () => {
  it('leaves those that are idle their share of the rows', () => {
    const target = batcher();
    submit(target, 'a1', 'a2', 'a3', 'a4', 'a5');
    expect(rowsOf(target.take(3))).toEqual(['a1', 'a2']);
    expect(rowsOf(target.take(2))).toEqual(['a3', 'a4']);
    expect(rowsOf(target.take(1))).toEqual(['a5']);
  });

  it('takes one row where there are fewer than engines, and no more than fit into a batch', () => {
    const target = batcher();
    submit(target, 'a1');
    expect(rowsOf(target.take(8))).toEqual(['a1']);
    submit(target, ...'aaaaaaaaaaaa');
    expect(target.take(2)).toHaveLength(4);
  });
});

describe('available', () => {
  it('resolves with the first row that comes', async () => {
    const target = batcher();
    const available = target.available();
    submit(target, 'a1');
    await available;
    expect(rowsOf(target.take())).toEqual(['a1']);
  });

  it('resolves for every consumer when a row comes, and when rows of a failed batch come back', async () => {
    const target = batcher();
    const both = Promise.all([target.available(), target.available()]);
    submit(target, 'a1');
    await both;
    const batch = target.take();
    const another = target.available();
    target.settle(batch, { status: 'crashed', reason: 'SIGKILL' });
    await another;
    expect(rowsOf(target.take())).toEqual(['a1']);
  });

  it('resolves without a row when woken or closed', async () => {
    const target = batcher();
    const woken = target.available();
    target.wake();
    await woken;
    const closed = target.available();
    target.close();
    await closed;
  });
});

describe('settle', () => {
  it('gives each row its own output', async () => {
    const target = batcher();
    const first = target.submit('a1');
    const second = target.submit('a2');
    const batch = target.take();
    target.settle(batch, caption(batch));
    expect(await Promise.all([first, second])).toEqual(['caption of a1', 'caption of a2']);
  });

  it('queues the rows of a crashed batch before all others, each to run alone', () => {
    const target = batcher();
    submit(target, 'a1', 'a2');
    const batch = target.take();
    submit(target, 'a3', 'a4');
    target.settle(batch, { status: 'crashed', reason: 'SIGSEGV' });
    expect([target.take(), target.take(), target.take()].map(rowsOf)).toEqual([['a1'], ['a2'], ['a3', 'a4']]);
  });

  it.each([
    ['crashed', 'worker_lost'],
    ['hung', 'timeout'],
  ] as const)('fails a row whose engine %s twice with %s', async (status, code) => {
    const target = batcher();
    const row = target.submit('a1');
    target.settle(target.take(), { status: 'crashed', reason: 'first' });
    target.settle(target.take(), { status, reason: 'second' });
    await expect(row).rejects.toMatchObject({ code, detail: expect.stringContaining('second') });
    expect(target.take()).toEqual([]);
  });

  it('fails a row that throws alone with inference_error, and tries the rows of a batch that threw alone', async () => {
    const target = batcher();
    const bad = target.submit('a1');
    const good = target.submit('a2');
    target.settle(target.take(), { status: 'threw', reason: 'bad shape' });
    target.settle(target.take(), { status: 'threw', reason: 'bad shape' });
    await expect(bad).rejects.toMatchObject({ code: 'inference_error', detail: 'The model failed: bad shape' });
    const batch = target.take();
    target.settle(batch, caption(batch));
    expect(await good).toBe('caption of a2');
  });

  it('gives a row that a thrown batch sent back its second engine still', () => {
    const target = batcher();
    submit(target, 'a1', 'a2');
    target.settle(target.take(), { status: 'threw', reason: 'bad shape' });
    target.settle(target.take(), { status: 'crashed', reason: 'SIGKILL' });
    expect(rowsOf(target.take())).toEqual(['a1']);
  });
});

describe('a batch that memory did not suffice for', () => {
  const exhausted = { status: 'out_of_memory', reason: 'bad_alloc' } as const;

  it('goes again in halves, before all others, and what comes after it as well', () => {
    const target = batcher();
    submit(target, 'a1', 'a2', 'a3', 'a4', 'a5', 'a6');
    target.settle(target.take(), exhausted);
    expect(target.batchMax).toBe(2);
    expect([target.take(), target.take(), target.take()].map(rowsOf)).toEqual([
      ['a1', 'a2'],
      ['a3', 'a4'],
      ['a5', 'a6'],
    ]);
  });

  it('leaves batches of another key as large as they were', () => {
    const target = batcher();
    submit(target, 'a1', 'a2', 'b1', 'b2', 'b3');
    target.settle(target.take(), exhausted);
    expect([target.take(), target.take(), target.take()].map(rowsOf)).toEqual([['a1'], ['a2'], ['b1', 'b2', 'b3']]);
    expect(target.batchMax).toBe(1);
  });

  it('fails a row that it does not suffice for alone, and only that', async () => {
    const target = batcher();
    const large = target.submit('a1');
    const mate = target.submit('a2');
    target.settle(target.take(), exhausted);
    target.settle(target.take(), exhausted);
    await expect(large).rejects.toMatchObject({ code: 'out_of_memory', retryable: true });
    const batch = target.take();
    expect(rowsOf(batch)).toEqual(['a2']);
    target.settle(batch, caption(batch));
    expect(await mate).toBe('caption of a2');
  });

  it('costs no row its second engine', () => {
    const target = batcher();
    submit(target, 'a1', 'a2');
    target.settle(target.take(), exhausted);
    target.settle(target.take(), { status: 'crashed', reason: 'SIGSEGV' });
    expect(rowsOf(target.take())).toEqual(['a1']);
  });

  it('halves batches when the engine was killed, too; its rows go alone, for it may have been one of them', () => {
    const target = batcher();
    submit(target, 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7');
    target.settle(target.take(), { status: 'crashed', reason: 'SIGKILL', starved: true });
    const batches = Array.from({ length: 6 }, () => rowsOf(target.take()));
    expect(batches).toEqual([['a1'], ['a2'], ['a3'], ['a4'], ['a5', 'a6'], ['a7']]);
  });
});

describe('abort', () => {
  it('drops a row that waits, at once, and refuses one that comes aborted', async () => {
    const target = batcher();
    const caller = new AbortController();
    const gone = target.submit('a1', caller.signal);
    submit(target, 'a2');
    caller.abort();
    await expect(gone).rejects.toMatchObject({ name: 'AbortError' });
    await expect(target.submit('a3', caller.signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect(rowsOf(target.take())).toEqual(['a2']);
  });

  it('lets a row that was taken finish, but does not try it again', async () => {
    const target = batcher();
    const caller = new AbortController();
    const finished = target.submit('a1', caller.signal);
    const crashed = target.submit('b1', caller.signal);
    const [a, b] = [target.take(), target.take()];
    caller.abort();
    target.settle(a, caption(a));
    target.settle(b, { status: 'crashed', reason: 'SIGKILL' });
    expect(await finished).toBe('caption of a1');
    await expect(crashed).rejects.toMatchObject({ name: 'AbortError' });
    expect(target.take()).toEqual([]);
  });
});

describe('close', () => {
  it('rejects what waits, what comes and what comes back, and lets what was taken finish', async () => {
    const target = batcher(1);
    const [taken, back, waiting] = [target.submit('a1'), target.submit('a2'), target.submit('a3')];
    const [first, second] = [target.take(), target.take()];
    target.close();
    target.settle(first, caption(first));
    target.settle(second, { status: 'crashed', reason: 'SIGKILL' });
    expect(await taken).toBe('caption of a1');
    for (const row of [back, waiting, target.submit('a4')]) {
      await expect(row).rejects.toMatchObject({ code: 'shutting_down' });
    }
  });
});

describe('batches that should take at most a second', () => {
  const timely = () => new Batcher<string, string>({ batchMax: 8, batchMs: 1000, key: byFirstLetter });
  /** The sizes of the batches that the rows are run in. */
  function run(target: Batcher<string, string>, rows: string, rowMs: number): number[] {
    submit(target, ...rows);
    const sizes: number[] = [];
    for (let batch = target.take(); batch.length > 0; batch = target.take()) {
      target.settle(batch, { ...caption(batch), ms: batch.length * rowMs });
      sizes.push(batch.length);
    }
    return sizes;
  }

  it('have fewer rows where they take long, each kind as many as fit', () => {
    const target = timely();
    expect(run(target, 'aaaaaaaa', 250)).toEqual([8]);
    expect(run(target, 'bbbbbbbb', 10)).toEqual([8]);
    expect(run(target, 'aaaaaaaa', 250)).toEqual([4, 4]);
    expect(run(target, 'bbbbbbbb', 10)).toEqual([8]);
    expect(target.batchMax).toBe(8);
  });

  it('keep two batches in hand, of the latest kind; one row where it takes long by itself', () => {
    const target = timely();
    expect(target.rowsInHand).toBe(16);
    run(target, 'a', 250);
    expect(target.rowsInHand).toBe(8);
    run(target, 'b', 600);
    expect(target.rowsInHand).toBe(1);
    run(target, 'c', 10);
    expect(target.rowsInHand).toBe(16);
  });

  it('keep a batch in hand for each engine and one more; a row for each where it takes long by itself', () => {
    const target = new Batcher<string, string>({ batchMax: 8, batchMs: 1000, engines: 3, key: byFirstLetter });
    expect(target.rowsInHand).toBe(32);
    run(target, 'a', 250);
    expect(target.rowsInHand).toBe(16);
    run(target, 'b', 600);
    expect(target.rowsInHand).toBe(3);
  });

  it('keep a second row in hand where a single one is the largest batch and quick', () => {
    const target = new Batcher<string, string>({ batchMax: 1, batchMs: 1000, key: byFirstLetter });
    run(target, 'a', 10);
    expect(target.rowsInHand).toBe(2);
  });
});
