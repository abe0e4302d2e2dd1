import { newCaptionId } from '@blipq/contracts';
import { expect, test } from 'vitest';
import { captionIdOf, taskIdOf } from './task-id.js';

test.each([
  ['cap_00000000000000000000000000', '0'.repeat(32)],
  ['cap_7ZZZZZZZZZZZZZZZZZZZZZZZZZ', 'f'.repeat(32)],
  // The ULID specification's example, as its bits are laid out: 48 of time, 80 of randomness.
  ['cap_01ARZ3NDEKTSV4RRFFQ69G5FAV', '01563e3ab5d3d6764c61efb99302bd5b'],
])('%s is the task %s, both ways', (id, taskId) => {
  expect(taskIdOf(id)).toBe(taskId);
  expect(captionIdOf(taskId)).toBe(id);
});

test('every caption id survives the way to its task id and back', () => {
  for (let i = 0; i < 1000; i++) {
    const id = newCaptionId();
    expect(captionIdOf(taskIdOf(id))).toBe(id);
  }
});

test.each(['', 'f'.repeat(31), 'f'.repeat(33), `${'f'.repeat(31)}g`, 'F'.repeat(32), `cap_${'0'.repeat(28)}`])(
  '%j is no task id',
  (text) => expect(captionIdOf(text)).toBeUndefined(),
);
