import { expect, test } from 'vitest';
import type { BatchHistory, CaptionHistory } from './history.js';
import {
  batch,
  batchId,
  caption,
  fault,
  history,
  id,
  items,
  message,
  rules,
  sighting,
  tally,
} from './testing/histories.js';
import type { Rule } from './violation.js';

/** Redis lost what it did from 400 to 600 ms. */
const cut = fault({ kind: 'redis-cut', target: 'redis', task: null, beganAt: 390, endedAt: 600, undoneFrom: 400 });
const gone = sighting({ at: 900, state: 'missing', result: null });
const ended = sighting({ at: 900, version: 9 });

const rulesOf = (changes: Partial<CaptionHistory>) => rules(history({ faults: [cut], captions: [caption(changes)] }));

const alone = { webhook: false, messages: [] };
const canceled = sighting({ at: 900, state: 'canceled', version: 9, result: null });
const allowed: [string, Partial<CaptionHistory>][] = [
  ['is gone that was acknowledged then', { acknowledgedAt: 450, sightings: [sighting({ at: 450 }), gone] }],
  [
    'ends otherwise than was told then',
    { ...alone, cancels: [{ at: 300, status: 200 }], sightings: [sighting({ at: 500 }), canceled] },
  ],
  ['is not canceled although that was promised then', { cancels: [{ at: 500, status: 200 }], sightings: [ended] }],
  ['is canceled as was promised then', { ...alone, cancels: [{ at: 500, status: 202 }], sightings: [canceled] }],
  ['had its webhook taken then, and hears of it no more', { sightings: [ended], messages: [message({ at: 500 })] }],
  [
    'goes on after it was told then that it had ended',
    { sightings: [sighting({ at: 500 }), sighting({ at: 700, state: 'processing', version: 5, result: null }), ended] },
  ],
  ['was deleted after its end was told then', { ...alone, sightings: [sighting({ at: 500 }), gone], deletedAt: 700 }],
];
test.each(allowed)('a caption may be what Redis no longer knows otherwise: it %s', (_what, changes) => {
  expect(rulesOf(changes)).toEqual([]);
});

const broken: [Rule, string, Partial<CaptionHistory>][] = [
  ['lost', 'was acknowledged before', { acknowledgedAt: 399, sightings: [gone] }],
  ['lost', 'was acknowledged after', { acknowledgedAt: 601, sightings: [gone] }],
  [
    'stuck',
    'never ends again',
    {
      acknowledgedAt: 450,
      sightings: [sighting({ at: 500 }), sighting({ at: 900, state: 'queued', version: 9, result: null })],
      messages: [],
    },
  ],
  [
    'duplicated',
    'ends in two states after',
    { ...alone, sightings: [sighting({ at: 700, version: 8 }), canceled], cancels: [{ at: 650, status: 409 }] },
  ],
  [
    'a cancel that did not hold',
    'is not canceled although that was promised before',
    { cancels: [{ at: 300, status: 200 }], sightings: [ended] },
  ],
  [
    'webhook lost',
    'had its webhook refused then, and hears of it no more',
    { sightings: [ended], messages: [message({ at: 500, answered: 500 })] },
  ],
  [
    'a version of two states',
    'has a version again that was of another state',
    { sightings: [sighting({ at: 500, state: 'processing', version: 9, result: null }), ended] },
  ],
];
test.each(broken)('%s: not one that %s', (rule, _what, changes) => {
  expect(rulesOf(changes)).toEqual([rule]);
});

test('a key that was lost with its caption makes another one, and no third', () => {
  const lost = caption({ acknowledgedAt: 450, sightings: [sighting({ at: 450 }), gone] });
  const again = caption({ ...alone, id: 'cap_0B', acknowledgedAt: 700, sightings: [sighting({ at: 900 })] });
  const third = { ...again, id: 'cap_0C' };
  const made = (captions: CaptionHistory[]) =>
    rules(history({ faults: [cut], captions, identities: { key: captions.map((one) => one.id) } }));
  expect(made([lost, again])).toEqual([]);
  expect(made([lost, again, third])).toEqual(['one key, two captions']);
  expect(made([caption({ acknowledgedAt: 450, sightings: [ended] }), again])).toEqual(['one key, two captions']);
  expect(id).not.toBe(again.id);
});

test('a batch that was acknowledged then may be gone or wait; one from before completes with what became of its items', () => {
  const later = { ...cut, beganAt: 690, undoneFrom: 700, endedAt: 800 };
  const rulesOfBatch = (changes: Partial<BatchHistory>) =>
    rules(history({ faults: [later], captions: items(), identities: { key: [batchId] }, batches: [batch(changes)] }));
  const { sightings } = batch();
  const [first, last] = [sightings[0]!, sightings[1]!];
  const waits = [first, { ...first, at: 900 }];
  expect(rulesOfBatch({ acknowledgedAt: 750, sightings: waits, messages: [] })).toEqual([]);
  expect(rulesOfBatch({ sightings: waits, messages: [] })).toEqual(['stuck']);
  const completedOtherwise = { ...last, ...tally({ succeeded: 2 }) };
  expect(rulesOfBatch({ sightings: [first, { ...completedOtherwise, at: 750 }, last] })).toEqual([]);
  expect(rulesOfBatch({ sightings: [first, { ...completedOtherwise, at: 650 }, last] })).toEqual([
    ...['two results', 'counts that are wrong'],
  ]);
});
