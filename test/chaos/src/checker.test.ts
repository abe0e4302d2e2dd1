import { expect, test } from 'vitest';
import { check } from './checker.js';
import type { CaptionHistory, FaultHistory, History, Message, Sighting } from './history.js';
import type { Rule } from './violation.js';

const id = 'cap_0A';

function sighting(changes: Partial<Sighting> = {}): Sighting {
  const seen = { at: 500, by: 'get', state: 'succeeded', version: 3, attempt: 1, text: 'a dog', error: null } as const;
  return { ...seen, ...changes };
}

function message(changes: Partial<Message> = {}): Message {
  const told = { at: 600, id: `msg_${id}_succeeded`, subject: id, state: 'succeeded', text: 'a dog', answered: 204 };
  return { ...told, ...changes };
}

/** A caption with a webhook, submitted at 100 ms, that succeeded as it should. */
function caption(changes: Partial<CaptionHistory> = {}): CaptionHistory {
  return {
    ...{ id, request: '0.1', round: 0, scene: 0, sentAt: 100, acknowledgedAt: 110, timeoutS: null, webhook: true },
    ...{ cancels: [], deletedAt: null, sightings: [sighting()], messages: [message()], ...changes },
  };
}

function fault(changes: Partial<FaultHistory> = {}): FaultHistory {
  const done = { round: 0, target: 'worker-1', beganAt: 200, endedAt: 300, recoveryMs: 50 };
  return { kind: 'worker-kill', ...done, ...changes };
}

function history(changes: Partial<History> = {}): History {
  return {
    ...{ expected: ['a dog'], captions: [caption()], identities: { key: [id] }, faults: [fault()] },
    ...{ failedTries: [], refusals: [], oddities: [], givenUp: [], collapses: [], leftovers: [], ...changes },
  };
}

const rules = (given: History, timed = false) => [...new Set(check(given, { timed }).map(({ rule }) => rule))];
const ruleOf = (changes: Partial<CaptionHistory>) => rules(history({ captions: [caption(changes)] }));

test('a history in which every promise was kept has no violations', () => {
  const canceled = caption({
    ...{ id: 'cap_0B', webhook: false, messages: [], cancels: [{ at: 200, status: 202 }] },
    sightings: [sighting({ state: 'processing', version: 2, text: null }), sighting({ state: 'canceled', text: null })],
  });
  const given = history({ captions: [caption(), canceled], identities: { key: [id, id], cap_0B: ['cap_0B'] } });
  expect(check(given, { timed: true })).toEqual([]);
});

const unlike: [Rule, string, Partial<CaptionHistory>][] = [
  ['lost', 'is not found', { sightings: [sighting(), sighting({ state: 'missing' })] }],
  ['lost', 'is gone before anybody deletes it', { sightings: [sighting({ state: 'expired_record' })], deletedAt: 900 }],
  ['stuck', 'never ends', { sightings: [sighting({ state: 'processing', text: null })], messages: [] }],
  ['duplicated', 'ends in two states', { sightings: [sighting(), sighting({ state: 'failed', error: 'timeout' })] }],
  ['duplicated', 'ends otherwise for its receiver', { messages: [message({ state: 'canceled' })] }],
  ['two results', 'has two texts', { messages: [message({ text: 'a cat' })] }],
  [
    'wrong result',
    'has the text of another row',
    { sightings: [sighting({ text: 'a cat' })], messages: [message({ text: 'a cat' })] },
  ],
  [
    'a change after the end',
    'goes on after its end',
    { sightings: [sighting(), sighting({ state: 'queued', version: 4, text: null })] },
  ],
  ['a cancel that did not hold', 'was canceled and succeeds', { cancels: [{ at: 200, status: 200 }] }],
  ['a cancel that did not hold', 'was to be canceled and succeeds', { cancels: [{ at: 200, status: 202 }] }],
  [
    'a cancel that did not hold',
    'is canceled by nobody',
    { sightings: [sighting({ state: 'canceled', text: null })], webhook: false, messages: [] },
  ],
  [
    'expired too early',
    'expires before its deadline',
    { sightings: [sighting({ state: 'expired', text: null })], timeoutS: 1, webhook: false, messages: [] },
  ],
  [
    'expired too early',
    'expires without a deadline',
    { sightings: [sighting({ state: 'expired', text: null })], webhook: false, messages: [] },
  ],
  [
    'failed without cause',
    'fails after one fault',
    { sightings: [sighting({ state: 'failed', text: null, error: 'worker_lost' })], webhook: false, messages: [] },
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

test('a caption may fail when two faults took down who had it, and for no other reason', () => {
  const lost = sighting({ state: 'failed', text: null, error: 'worker_lost' });
  const failed = caption({ sightings: [lost], webhook: false, messages: [] });
  const faults = [fault(), fault({ kind: 'engine-kill', beganAt: 350, endedAt: 360 })];
  expect(rules(history({ captions: [failed], faults }))).toEqual([]);
  const before = fault({ kind: 'engine-kill', beganAt: 10, endedAt: 20 });
  expect(rules(history({ captions: [failed], faults: [fault(), before] }))).toEqual(['failed without cause']);
  const odd = { ...failed, sightings: [{ ...lost, error: 'internal_error' }] };
  expect(rules(history({ captions: [odd], faults }))).toEqual(['failed without cause']);
});

test('a deleted caption may be gone from then on', () => {
  expect(ruleOf({ deletedAt: 700, sightings: [sighting(), sighting({ at: 800, state: 'expired_record' })] })).toEqual(
    [],
  );
});

test('one key that made two captions, or an id that made another', () => {
  expect(rules(history({ identities: { key: [id, 'cap_0B'] } }))).toEqual(['one key, two captions']);
  expect(rules(history({ identities: { cap_0C: [id] } }))).toEqual(['one key, two captions']);
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
  const refusedAt = (at: number, tookMs: number) =>
    rules(history({ faults: [outage], refusals: [{ at, tookMs }] }), true);
  expect(refusedAt(3000, 2001)).toEqual(['late refusal']);
  expect(refusedAt(3000, 2000)).toEqual([]);
  expect(refusedAt(5000, 2001)).toEqual([]);
});

test('a restart in order lets no request fail and spends no attempt', () => {
  const restart = fault({ kind: 'worker-restart', beganAt: 100, endedAt: 1000 });
  const failedTries = [{ at: 500, what: 'POST /v1/captions: fetch failed' }];
  expect(rules(history({ faults: [restart], failedTries }))).toEqual(['harm of a harmless fault']);
  expect(rules(history({ faults: [restart], failedTries: [{ at: 1001, what: 'later' }] }))).toEqual([]);
  const again = caption({ sightings: [sighting({ attempt: 2 })] });
  expect(rules(history({ faults: [restart], captions: [again] }))).toEqual(['harm of a harmless fault']);
});
