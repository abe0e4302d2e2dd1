import { newCaptionId } from '@blipq/contracts';
import { expect, test } from 'vitest';
import { captionIdOf, taskIdOf, taskStatus } from './bentoml-task.js';

test.each([
  ['cap_00000000000000000000000000', '0'.repeat(32)],
  ['cap_7ZZZZZZZZZZZZZZZZZZZZZZZZZ', 'f'.repeat(32)],
  // The ULID specification's example, as its bits are laid out: 48 of time, 80 of randomness.
  ['cap_01ARZ3NDEKTSV4RRFFQ69G5FAV', '01563e3ab5d3d6764c61efb99302bd5b'],
])('%s is the task %s, both ways', (id, taskId) => {
  expect(taskIdOf(id)).toBe(taskId);
  expect(captionIdOf(taskId)).toBe(id);
});

test('every id comes back from its task id', () => {
  for (let i = 0; i < 1000; i++) {
    const id = newCaptionId();
    expect(captionIdOf(taskIdOf(id))).toBe(id);
  }
});

test.each(['', 'f'.repeat(31), 'f'.repeat(33), `${'f'.repeat(31)}g`, 'F'.repeat(32), `cap_${'0'.repeat(28)}`])(
  '%j is no task id',
  (text) => expect(captionIdOf(text)).toBeUndefined(),
);

const states = ['queued', 'processing', 'succeeded', 'failed', 'canceled', 'expired'] as const;
const today = ['pending', 'in_progress', 'completed', 'failed', 'canceled', 'failed'];
const earlier = ['in_progress', 'in_progress', 'success', 'failure', 'cancelled', 'failure'];

test.each([
  ['BentoML HTTP Client/1.4.13', earlier],
  ['BentoML HTTP Client/1.3.22', earlier],
  ['BentoML HTTP Client/0.99.99', earlier],
  ['BentoML HTTP Client/1.4.13.post2+g1234567', earlier],
  ['BentoML HTTP Client/1.4.14', today],
  ['BentoML HTTP Client/1.4.38', today],
  ['BentoML HTTP Client/1.10.0', today],
  ['BentoML HTTP Client/2.0.0', today],
  ['BentoML HTTP Client/unknown', today],
  ['curl/8.5.0', today],
  [undefined, today],
])('%s is told the words it knows', (userAgent, words) => {
  expect(states.map((state) => taskStatus(state, userAgent))).toEqual(words);
});
