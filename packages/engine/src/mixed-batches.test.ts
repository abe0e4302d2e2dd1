import { describe, expect, it } from 'vitest';
import { Batcher, type Entry } from './batcher.js';

const rowsOf = (batch: Entry<string, string>[]) => batch.map(({ row }) => row);

/** Submits rows that nobody waits for. */
function submit(target: Batcher<string, string>, ...rows: string[]) {
  for (const row of rows) target.submit(row).catch(() => {});
}

describe('while single rows come beside those of bulk', () => {
  let now = 0;
  /** A batch takes 60 ms, and 20 for each row. */
  function mixed() {
    const target = new Batcher<string, string>({ batchMax: 8, batchMs: 1000, key: (row) => row[0]!, now: () => now });
    for (const rows of [1, 8]) {
      submit(target, ...Array.from({ length: rows }, () => 'a'));
      const batch = target.take();
      target.settle(batch, { status: 'done', outputs: rowsOf(batch), ms: 60 + 20 * rows });
    }
    return target;
  }
  const submitBulk = (target: Batcher<string, string>, ...rows: string[]) => {
    for (const row of rows) target.submit(row, undefined, true).catch(() => {});
  };
  const bulk = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9'];

  it('takes single rows first and by themselves, as many as fit, and those of bulk in brief batches', () => {
    const target = mixed();
    submitBulk(target, ...bulk);
    submit(target, 'b1', 'a0', 'b2', ...bulk);
    const batches = [target.take(), target.take(), target.take(), target.take()].map(rowsOf);
    expect(batches.slice(0, 3)).toEqual([['b1', 'b2'], ['a0', ...bulk.slice(0, 7)], bulk.slice(7)]);
    const brief = batches[3]!;
    expect(brief.length).toBeLessThan(8);
    expect(brief).toEqual(bulk.slice(0, brief.length));
    expect(target.rowsInHand).toBe(2 * brief.length);
  });

  it('takes a row that goes alone before them', () => {
    const target = mixed();
    submitBulk(target, 'a1');
    const failed = target.take();
    submit(target, 'a2');
    target.settle(failed, { status: 'crashed', reason: 'SIGSEGV' });
    expect([target.take(), target.take()].map(rowsOf)).toEqual([['a1'], ['a2']]);
  });

  it('batches as ever where all rows are single or all of bulk, and ten seconds after the last of either', () => {
    for (const only of [submit, submitBulk]) {
      const target = mixed();
      now += 10_000;
      only(target, ...bulk);
      expect(target.rowsInHand).toBe(16);
      expect(rowsOf(target.take())).toEqual(bulk.slice(0, 8));
    }
  });
});
