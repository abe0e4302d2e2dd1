import { expect, test } from 'vitest';
import type { BatchHistory } from './history.js';
import { batch, batchId, history, items, rules, sighting, tally } from './testing/histories.js';
import type { Rule } from './violation.js';

const rulesOf = (changes: Partial<BatchHistory>, captions = items()) =>
  rules(history({ captions, identities: {}, batches: [batch(changes)] }));

test('a batch that completed with all that it has is as it should be', () => {
  expect(rulesOf({})).toEqual([]);
});

const [first, last] = batch().sightings as [BatchHistory['sightings'][0], BatchHistory['sightings'][0]];
const [told] = batch().messages as [BatchHistory['messages'][0]];

const otherwise = tally({ succeeded: 2 });
const halfway = tally({ succeeded: 1, processing: 1 });

const unlike: [Rule, string, Partial<BatchHistory>][] = [
  ['lost', 'is not found', { sightings: [first, { ...last, state: 'missing' }] }],
  ['stuck', 'never completes', { sightings: [first], messages: [] }],
  ['stuck', 'goes on after it completed', { sightings: [first, last, first] }],
  ['counts that are wrong', 'has an item less', { sightings: [{ ...first, ...tally({ queued: 1 }) }, last] }],
  ['counts that are wrong', 'has an item too many', { sightings: [{ ...first, ...tally({ queued: 3 }) }, last] }],
  ['counts that are wrong', 'has more refused than it said', { sightings: [first, { ...last, refused: 2 }] }],
  [
    'counts that are wrong',
    'has its items end as they did not',
    { sightings: [first, { ...last, ...otherwise }], messages: [{ ...told, ...otherwise }] },
  ],
  [
    'counts that are wrong',
    'completes while an item is processed',
    { sightings: [first, { ...last, ...halfway }], messages: [{ ...told, ...halfway }] },
  ],
  ['refused without cause', 'refuses an item for no reason', { refusals: ['internal_error'] }],
  ['webhook lost', 'has no webhook', { messages: [] }],
  ['webhook lost', 'has a webhook that was never taken', { messages: [{ ...told, answered: null }] }],
  ['webhook wrong', 'has webhooks under two ids', { messages: [told, { ...told, id: `msg_${batchId}_done` }] }],
  ['webhook wrong', 'has a webhook that nobody asked for', { webhook: false }],
];
test.each(unlike)('%s: a batch that %s', (rule, _what, changes) => {
  expect(rulesOf(changes)).toEqual([rule]);
});

test('a batch that tells of two ends', () => {
  const messages = [told, { ...told, ...tally({ succeeded: 2 }) }];
  expect(rulesOf({ messages })).toEqual(['two results', 'counts that are wrong']);
});

test('an item of a sealed batch that never ends, and one that nobody knows', () => {
  const stuck = items({ sightings: [sighting({ state: 'queued', result: null })], cancels: [] });
  expect(rulesOf({}, stuck)).toEqual(['stuck', 'counts that are wrong']);
  expect(rulesOf({}, items().slice(0, 1))).toEqual(['counts that are wrong']);
});

test('one key that made two batches', () => {
  const identities = { key: [batchId, 'bat_0B'] };
  expect(rules(history({ captions: items(), batches: [batch()], identities }))).toEqual(['one key, two captions']);
});
