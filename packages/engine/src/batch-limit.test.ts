import { describe, expect, it } from 'vitest';
import { BatchLimit } from './batch-limit.js';

function passed(limit: BatchLimit, rows: number, times: number): number {
  for (let time = 0; time < times; time += 1) limit.passed(rows);
  return limit.rows;
}

describe('the rows that a batch may have', () => {
  it('are halved, rounded up, when memory runs out, and never none', () => {
    const limit = new BatchLimit(8);
    const halved = [8, 4, 2, 1, 1].map((rows) => {
      limit.exceeded(rows);
      return limit.rows;
    });
    expect(halved).toEqual([4, 2, 1, 1, 1]);
    const odd = new BatchLimit(8);
    odd.exceeded(5);
    expect(odd.rows).toBe(3);
  });

  it('do not grow by a batch that was smaller than they are', () => {
    const limit = new BatchLimit(4);
    limit.exceeded(2);
    limit.exceeded(4);
    expect(limit.rows).toBe(1);
  });

  it('grow by one after 50 full batches, up to where they began', () => {
    const limit = new BatchLimit(4);
    limit.exceeded(4);
    expect(passed(limit, 1, 1000)).toBe(2);
    expect(passed(limit, 2, 49)).toBe(2);
    expect(passed(limit, 2, 1)).toBe(3);
    expect(passed(limit, 3, 50)).toBe(4);
    expect(passed(limit, 4, 1000)).toBe(4);
  });

  it('are counted anew after memory ran out again', () => {
    const limit = new BatchLimit(4);
    limit.exceeded(4);
    passed(limit, 2, 49);
    limit.exceeded(1);
    expect(passed(limit, 2, 49)).toBe(2);
    expect(passed(limit, 2, 1)).toBe(3);
  });
});
