import { expect, test } from 'vitest';
import { atEachTenth } from './at-each-tenth.js';

test('a download of any length is eleven lines, and the next one begins anew', () => {
  const told: number[] = [];
  const listen = atEachTenth(({ bytesDone }) => told.push(bytesDone));
  const rest = { file: 'a', filesDone: 0, filesTotal: 1 };
  for (let bytesDone = 0; bytesDone <= 1000; bytesDone += 1) listen({ ...rest, bytesDone, bytesTotal: 1000 });
  expect(told).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
  listen({ ...rest, bytesDone: 5, bytesTotal: 10 });
  expect(told.at(-1)).toBe(5);
});
