import { expect, test } from 'vitest';
import { taskStatus } from './task-resource.js';

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
])('%s gets a status in the words that it knows', (userAgent, words) => {
  expect(states.map((state) => taskStatus(state, userAgent))).toEqual(words);
});
