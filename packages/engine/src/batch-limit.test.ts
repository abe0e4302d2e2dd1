import { describe, expect, it } from 'vitest';
import { BatchLimit } from './batch-limit.js';

function passed(limit: BatchLimit, rows: number, times: number): number {
  for (let time = 0; time < times; time += 1) limit.passed(rows, 1);
  return limit.rows;
}

const noTime = Number.POSITIVE_INFINITY;
const ofMemory = (max: number) => new BatchLimit({ max, ms: noTime });

describe('the rows that a batch may have for the sake of memory', () => {
  it('are halved, rounded up, when memory runs out, and never none', () => {
    const limit = ofMemory(8);
    const halved = [8, 4, 2, 1, 1].map((rows) => {
      limit.exceeded(rows);
      return limit.rows;
    });
    expect(halved).toEqual([4, 2, 1, 1, 1]);
    const odd = ofMemory(8);
    odd.exceeded(5);
    expect(odd.rows).toBe(3);
  });

  it('do not grow by a batch that was smaller than they are', () => {
    const limit = ofMemory(4);
    limit.exceeded(2);
    limit.exceeded(4);
    expect(limit.rows).toBe(1);
  });

  it('grow by one after 50 full batches, up to where they began', () => {
    const limit = ofMemory(4);
    limit.exceeded(4);
    expect(passed(limit, 1, 1000)).toBe(2);
    expect(passed(limit, 2, 49)).toBe(2);
    expect(passed(limit, 2, 1)).toBe(3);
    expect(passed(limit, 3, 50)).toBe(4);
    expect(passed(limit, 4, 1000)).toBe(4);
  });

  it('are counted anew after memory ran out again', () => {
    const limit = ofMemory(4);
    limit.exceeded(4);
    passed(limit, 2, 49);
    limit.exceeded(1);
    expect(passed(limit, 2, 49)).toBe(2);
    expect(passed(limit, 2, 1)).toBe(3);
  });
});

describe('the rows that a batch may have for the sake of those who wait', () => {
  it('are all before the first batch, then those that fit into the time, and at least one', () => {
    const limit = new BatchLimit({ max: 8, ms: 1000 });
    expect(limit.timely).toBe(8);
    limit.passed(8, 8 * 300);
    expect(limit.timely).toBe(3);
    const slow = new BatchLimit({ max: 8, ms: 1000 });
    slow.passed(1, 5000);
    expect(slow.timely).toBe(1);
  });

  it('are as many as there is memory for where rows are quick, or no time is set', () => {
    const quick = new BatchLimit({ max: 8, ms: 1000 });
    quick.passed(8, 80);
    expect(quick.timely).toBe(8);
    quick.exceeded(8);
    expect(quick.timely).toBe(4);
    const unbounded = ofMemory(8);
    unbounded.passed(8, 1e6);
    expect(unbounded.timely).toBe(8);
  });

  it('are as many as fit beside the time that a batch takes by itself', () => {
    const limit = new BatchLimit({ max: 32, ms: 300 });
    limit.passed(1, 80 + 10);
    expect(limit.timely).toBe(3);
    limit.passed(3, 80 + 30);
    expect(limit.timely).toBe(22);
  });

  it('follow the mean time of a row: one slow batch counts little, and a machine that has become faster is believed', () => {
    const limit = new BatchLimit({ max: 8, ms: 1000 });
    for (let batch = 0; batch < 20; batch += 1) limit.passed(8, 8 * 100);
    limit.passed(8, 8 * 200);
    expect(limit.timely).toBe(8);
    for (let batch = 0; batch < 20; batch += 1) limit.passed(8, 8 * 1000);
    expect(limit.timely).toBe(1);
    for (let batch = 0; batch < 20; batch += 1) limit.passed(1, 100);
    expect(limit.timely).toBe(8);
    for (let batch = 0; batch < 20; batch += 1) limit.passed(1, 2000);
    expect(limit.timely).toBe(1);
  });
});

describe('the rows that a batch has while single captions come beside it', () => {
  /** A batch takes `own` and `each` for each row. */
  function learned(max: number, own: number, each: number, ms = 1000): BatchLimit {
    const limit = new BatchLimit({ max, ms });
    for (const rows of [1, max, 1, max, 1]) limit.passed(rows, own + rows * each);
    return limit;
  }

  it('are the fewest that keep three quarters of the rows per second', () => {
    expect(learned(8, 7.5, 2.2).brief).toBe(4);
    expect(learned(32, 80, 9.5).brief).toBe(13);
    expect(learned(8, 80, 200, 5000).brief).toBe(1);
    expect(learned(8, 0, 100, 5000).brief).toBe(1);
  });

  it('are never more than fit into the time or into memory', () => {
    const limit = learned(8, 500, 100);
    expect([limit.timely, limit.brief]).toEqual([5, 3]);
    limit.exceeded(4);
    expect([limit.timely, limit.brief]).toEqual([2, 2]);
  });

  it('are as many as otherwise before batches of one and of several are known, and where no time is set', () => {
    const limit = new BatchLimit({ max: 8, ms: 1000 });
    expect(limit.brief).toBe(8);
    limit.passed(8, 80);
    expect(limit.brief).toBe(8);
    limit.passed(1, 10);
    expect(limit.brief).toBe(1);
    expect(learned(8, 7.5, 2.2, Number.POSITIVE_INFINITY).brief).toBe(8);
  });
});
