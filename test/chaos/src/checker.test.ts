import { describe, expect, test } from 'vitest';
import { check } from './checker.js';
import type { CaptionHistory, FaultHistory } from './history.js';
import type { ImageSource } from './image-source.js';
import { caption, fault, history, id, message, other, right, rules, sighting } from './testing/histories.js';
import type { Rule } from './violation.js';

const ruleOf = (changes: Partial<CaptionHistory>) => rules(history({ captions: [caption(changes)] }));

test('a history in which every promise was kept has no violations', () => {
  const canceled = caption({
    ...{ id: 'cap_0B', webhook: false, messages: [], cancels: [{ at: 200, status: 202 }] },
    sightings: [
      sighting({ state: 'processing', version: 2, result: null }),
      sighting({ state: 'canceled', result: null }),
    ],
  });
  const given = history({ captions: [caption(), canceled], identities: { key: [id, id], cap_0B: ['cap_0B'] } });
  expect(check(given, { timed: true })).toEqual([]);
});

/** The text is right. */
const near = { ...right, numbers: [-0.26] };

const unlike: [Rule, string, Partial<CaptionHistory>][] = [
  ['lost', 'is not found', { sightings: [sighting(), sighting({ state: 'missing' })] }],
  ['lost', 'is gone before anybody deletes it', { sightings: [sighting({ state: 'expired_record' })], deletedAt: 900 }],
  ['stuck', 'never ends', { sightings: [sighting({ state: 'processing', result: null })], messages: [] }],
  [
    'duplicated',
    'ends in two states',
    { sightings: [sighting(), sighting({ state: 'failed', result: null, error: 'timeout' })] },
  ],
  ['duplicated', 'ends otherwise for its receiver', { messages: [message({ state: 'canceled', result: null })] }],
  ['two results', 'has two texts', { messages: [message({ result: other })] }],
  [
    'two results',
    'has a score that changes by a digit',
    { messages: [message({ result: { ...right, numbers: [-0.2500001] } })] },
  ],
  [
    'wrong result',
    'has the text of another row',
    { sightings: [sighting({ result: other })], messages: [message({ result: other })] },
  ],
  [
    'wrong result',
    'has the score of another row',
    { sightings: [sighting({ result: near })], messages: [message({ result: near })] },
  ],
  [
    'wrong result',
    'has a result although it failed',
    { sightings: [sighting({ state: 'canceled' })], cancels: [{ at: 200, status: 200 }], webhook: false, messages: [] },
  ],
  [
    'a change after the end',
    'goes on after its end',
    { sightings: [sighting(), sighting({ state: 'queued', version: 4, result: null })] },
  ],
  ['a cancel that did not hold', 'was canceled and succeeds', { cancels: [{ at: 200, status: 200 }] }],
  ['a cancel that did not hold', 'was to be canceled and succeeds', { cancels: [{ at: 200, status: 202 }] }],
  [
    'a cancel that did not hold',
    'is canceled by nobody',
    { sightings: [sighting({ state: 'canceled', result: null })], webhook: false, messages: [] },
  ],
  [
    'expired too early',
    'expires before its deadline',
    { sightings: [sighting({ state: 'expired', result: null })], timeoutS: 1, webhook: false, messages: [] },
  ],
  [
    'expired too early',
    'expires without a deadline',
    { sightings: [sighting({ state: 'expired', result: null })], webhook: false, messages: [] },
  ],
  [
    'failed without cause',
    'fails after one fault',
    { sightings: [sighting({ state: 'failed', result: null, error: 'worker_lost' })], webhook: false, messages: [] },
  ],
  ['too many attempts', 'is begun again and again', { sightings: [sighting({ attempt: 9 })] }],
  ['webhook lost', 'has no webhook', { messages: [] }],
  ['webhook lost', 'has a webhook that was never taken', { messages: [message({ answered: 500 })] }],
  ['webhook wrong', 'has webhooks under two ids', { messages: [message(), message({ id: 'msg_other' })] }],
  ['webhook wrong', 'has a webhook that nobody asked for', { webhook: false }],
];
test.each(unlike)('%s: a caption that %s', (rule, _what, changes) => {
  expect(ruleOf(changes)).toEqual([rule]);
});

describe('a caption that failed', () => {
  const lost = sighting({ state: 'failed', result: null, error: 'worker_lost' });
  const failed = caption({ sightings: [lost], webhook: false, messages: [] });
  const another = fault({ kind: 'engine-kill', beganAt: 350, endedAt: 360 });
  const rulesAfter = (faults: FaultHistory[], captions = [failed]) => rules(history({ captions, faults }));

  test('may when two faults in its life killed who had it, and for no other reason', () => {
    expect(rulesAfter([fault(), another])).toEqual([]);
    expect(rulesAfter([fault(), { ...another, beganAt: 10, endedAt: 20 }])).toEqual(['failed without cause']);
    const odd = { ...failed, sightings: [{ ...lost, error: 'internal_error' }] };
    expect(rulesAfter([fault(), another], [odd])).toEqual(['failed without cause']);
  });

  test('may not when a worker of another model was killed, unless that had to match it', () => {
    const faults = [fault(), { ...another, task: 'image_text_retrieval' as const }];
    expect(rulesAfter(faults)).toEqual(['failed without cause']);
    expect(rulesAfter(faults, [{ ...failed, kind: 'matched caption' }])).toEqual([]);
  });

  test('may not when workers lived: however often they were away, at most one stall counts', () => {
    const away = fault({ kind: 'redis-away', target: 'redis', task: null, beganAt: 400, endedAt: 450 });
    expect(rulesAfter([away, away, away])).toEqual(['failed without cause']);
    expect(rulesAfter([fault({ kind: 'worker-freeze' }), fault({ kind: 'worker-partition' })])).toEqual([
      'failed without cause',
    ]);
    expect(rulesAfter([fault(), fault({ kind: 'worker-freeze' })])).toEqual(['failed without cause']);
    expect(rulesAfter([fault(), away])).toEqual([]);
  });
});

test('a caption with a match is begun once for each of its models', () => {
  const twice = (kind: CaptionHistory['kind'], attempt: number) =>
    rules(history({ captions: [caption({ kind, sightings: [sighting({ attempt })] })] }));
  expect(twice('matched caption', 16)).toEqual([]);
  expect(twice('matched caption', 17)).toEqual(['too many attempts']);
  expect(twice('answer', 9)).toEqual(['too many attempts']);
  const restart = fault({ kind: 'worker-restart', task: null, beganAt: 100, endedAt: 1000 });
  const during = (attempt: number) =>
    rules(
      history({
        faults: [restart],
        captions: [caption({ kind: 'matched caption', sightings: [sighting({ attempt })] })],
      }),
    );
  expect(during(2)).toEqual([]);
  expect(during(3)).toEqual(['harm of a harmless fault']);
});

test('answers and matches are held to what is right for them', () => {
  const expected = [right, { texts: ['is it raining? no'], numbers: [-0.5] }];
  const answer = caption({ kind: 'answer', scene: 1 });
  expect(rules(history({ expected, captions: [answer] }))).toEqual(['wrong result']);
  const result = { texts: ['is it raining? no'], numbers: [-0.5004] };
  const good = { ...answer, sightings: [sighting({ result })], messages: [message({ result })] };
  expect(rules(history({ expected, captions: [good] }))).toEqual([]);
});

test('a deleted caption may be gone from then on', () => {
  expect(ruleOf({ deletedAt: 700, sightings: [sighting(), sighting({ at: 800, state: 'expired_record' })] })).toEqual(
    [],
  );
});

test('the webhook of a deleted caption may never be taken, and no other may come for it', () => {
  const gone = { deletedAt: 700, sightings: [sighting(), sighting({ at: 800, state: 'expired_record' })] };
  expect(ruleOf({ ...gone, messages: [] })).toEqual([]);
  expect(ruleOf({ ...gone, messages: [message({ answered: 500 })] })).toEqual([]);
  expect(ruleOf({ ...gone, messages: [message({ id: 'msg_other' })] })).toEqual(['webhook wrong']);
});

test('one key that made two captions, or an id that made another', () => {
  expect(rules(history({ identities: { key: [id, 'cap_0B'] } }))).toEqual(['one key, two captions']);
  expect(rules(history({ identities: { cap_0C: [id] } }))).toEqual(['one key, two captions']);
  expect(rules(history({ identities: { ans_0C: [id] } }))).toEqual(['one key, two captions']);
});

test('what is about no caption', () => {
  expect(rules(history({ givenUp: ['0.1'] }))).toEqual(['never acknowledged']);
  expect(rules(history({ oddities: [{ at: 1, what: 'GET /: 500' }] }))).toEqual(['an answer that nobody should get']);
  expect(rules(history({ collapses: ['worker-1 ended'] }))).toEqual(['a process ended by itself']);
  expect(rules(history({ leftovers: ['pixels'] }))).toEqual(['left over in Redis']);
});

test('a fault after which nothing moved, and one after which it took too long', () => {
  expect(rules(history({ faults: [fault({ recoveryMs: null })] }))).toEqual(['no recovery']);
  const late = history({ faults: [fault({ recoveryMs: 12_001 })] });
  expect(rules(late, true)).toEqual(['late recovery']);
  expect(rules(late)).toEqual([]);
});

test('a refusal during an outage that comes late', () => {
  const outage = fault({ kind: 'redis-kill', target: 'redis', beganAt: 1000, endedAt: 4000 });
  const refusedAt = (at: number, tookMs: number, batch = false) =>
    rules(history({ faults: [outage], refusals: [{ at, tookMs, batch }] }), true);
  expect(refusedAt(3000, 2001)).toEqual(['late refusal']);
  expect(refusedAt(3000, 2000)).toEqual([]);
  expect(refusedAt(5000, 2001)).toEqual([]);
  expect(refusedAt(3000, 6000, true)).toEqual([]);
  expect(refusedAt(3000, 6001, true)).toEqual(['late refusal']);
});

test('a restart in order lets no request fail and spends no attempt', () => {
  const restart = fault({ kind: 'worker-restart', beganAt: 100, endedAt: 1000 });
  const failedTries = [{ at: 500, what: 'POST /v1/captions: fetch failed' }];
  expect(rules(history({ faults: [restart], failedTries }))).toEqual(['harm of a harmless fault']);
  expect(rules(history({ faults: [restart], failedTries: [{ at: 1001, what: 'later' }] }))).toEqual([]);
  const late = history({ faults: [restart], failedTries: [{ ...failedTries[0]!, isLate: true }] });
  expect([rules(late), rules(late, true)]).toEqual([[], ['harm of a harmless fault']]);
  const again = caption({ sightings: [sighting({ attempt: 2 })] });
  expect(rules(history({ faults: [restart], captions: [again] }))).toEqual(['harm of a harmless fault']);
});

test('a webhook that waited until the messages of a tenant that floods had been tried twice', () => {
  const flood = fault({ kind: 'tenant-flood', target: 'receivers', task: null, beganAt: 100, endedAt: 2000 });
  const refused = [610, 620, 630, 640].map((at) => message({ at, id: 'msg_cap_0F_succeeded', answered: 500 }));
  const flooding = caption({
    ...{ id: 'cap_0F', tenant: 'flooding' },
    messages: [...refused, message({ at: 3000, id: 'msg_cap_0F_succeeded' })],
  });
  const told = (at: number) =>
    rules(history({ faults: [flood], captions: [flooding, caption({ messages: [message({ at })] })] }));
  expect(told(615)).toEqual([]);
  expect(told(625)).toEqual(['a webhook held up']);
});

test('a deadline may pass early when the clock of Redis stepped', () => {
  const expired = caption({
    ...{ timeoutS: 60, webhook: false, messages: [] },
    sightings: [sighting({ state: 'expired', result: null })],
  });
  const clock = fault({ kind: 'redis-clock', target: 'redis', task: null });
  expect(rules(history({ faults: [clock], captions: [expired] }))).toEqual([]);
  expect(rules(history({ faults: [clock], captions: [{ ...expired, timeoutS: null }] }))).toEqual([
    'expired too early',
  ]);
  expect(rules(history({ captions: [expired] }))).toEqual(['expired too early']);
});

test('an image that cannot be fetched fails its item with a code of its own, and nothing else comes of it', () => {
  const alone = { webhook: false, messages: [] };
  const failed = (source: ImageSource, error: string) =>
    ruleOf({ ...alone, source, sightings: [sighting({ state: 'failed', result: null, error })] });
  expect(failed('missing', 'fetch_failed')).toEqual([]);
  expect(failed('dead', 'fetch_failed')).toEqual([]);
  expect(failed('missing', 'fetch_timeout')).toEqual(['failed without cause']);
  expect(failed('missing', 'queue_unavailable')).toEqual(['failed without cause']);
  expect(failed('good', 'fetch_failed')).toEqual(['failed without cause']);
  expect(failed('slow', 'fetch_timeout')).toEqual(['failed without cause']);
  expect([ruleOf({ source: 'good' }), ruleOf({ source: 'slow' })]).toEqual([[], []]);
  expect([ruleOf({ source: 'missing' }), ruleOf({ source: 'dead' })]).toEqual([['wrong result'], ['wrong result']]);
});
