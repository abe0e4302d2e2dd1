import { check } from '../checker.js';
import type { BatchHistory, CaptionHistory, FaultHistory, History, Message, Sighting } from '../history.js';
import type { Result } from '../result.js';
import type { Rule } from '../violation.js';

/** Of the caption that each history has. */
export const id = 'cap_0A';
export const right: Result = { texts: ['a dog'], numbers: [-0.25] };
export const other: Result = { texts: ['a cat'], numbers: [-0.25] };

export function sighting(changes: Partial<Sighting> = {}): Sighting {
  const seen = { at: 500, by: 'get', state: 'succeeded', version: 3, attempt: 1, result: right, error: null } as const;
  return { ...seen, ...changes };
}

export function message(changes: Partial<Message> = {}): Message {
  const told = { at: 600, id: `msg_${id}_succeeded`, subject: id, state: 'succeeded', result: right, answered: 204 };
  return { ...told, ...changes };
}

/** A caption with a webhook, submitted at 100 ms, that succeeded as it should. */
export function caption(changes: Partial<CaptionHistory> = {}): CaptionHistory {
  return {
    ...{ id, request: '0.1', tenant: 'a', round: 0, scene: 0, kind: 'caption', sentAt: 100, acknowledgedAt: 110 },
    ...{ timeoutS: null, webhook: true, cancels: [], deletedAt: null },
    ...{ sightings: [sighting()], messages: [message()], ...changes },
  };
}

export const batchId = 'bat_0A';

/** What a batch of three says of its items. */
export function tally(counts: Record<string, number>, refused = 1) {
  const none = { queued: 0, processing: 0, succeeded: 0, failed: 0, canceled: 0, expired: 0 };
  return { refused, counts: { ...none, ...counts } };
}

/** A batch of three, one refused, of which one succeeded and one was canceled, as they should. */
export function batch(changes: Partial<BatchHistory> = {}): BatchHistory {
  const first = { ...tally({ queued: 1, processing: 1 }), at: 110, by: 'submit' as const, state: 'processing' };
  const last = { ...tally({ succeeded: 1, canceled: 1 }), at: 900, by: 'sweep' as const, state: 'completed' };
  return {
    ...{
      id: batchId,
      request: '0.batch-0',
      tenant: 'a',
      round: 0,
      sentAt: 100,
      acknowledgedAt: 110,
      webhook: true,
      total: 3,
    },
    ...{ accepted: ['cap_1', 'ans_2'], refusals: ['queue_unavailable'], sightings: [first, last] },
    messages: [{ ...last, at: 600, by: 'webhook', id: `msg_${batchId}_completed`, answered: 204 }],
    ...changes,
  };
}

/** The items of that batch; the second one with changes. */
export function items(changes: Partial<CaptionHistory> = {}): CaptionHistory[] {
  const canceled = { sightings: [sighting({ state: 'canceled', result: null })], cancels: [{ at: 200, status: 200 }] };
  const alone = { webhook: false, messages: [] };
  return [
    caption({ ...alone, id: 'cap_1' }),
    caption({ ...alone, ...canceled, id: 'ans_2', kind: 'answer', scene: 1, ...changes }),
  ];
}

export function fault(changes: Partial<FaultHistory> = {}): FaultHistory {
  const done = { round: 0, target: 'worker-1', beganAt: 200, endedAt: 300, recoveryMs: 50 };
  return { kind: 'worker-kill', task: 'captioning', ...done, ...changes };
}

export function history(changes: Partial<History> = {}): History {
  return {
    ...{ expected: [right], captions: [caption()], batches: [], identities: { key: [id] }, faults: [fault()] },
    ...{ failedTries: [], refusals: [], oddities: [], givenUp: [], collapses: [], leftovers: [], ...changes },
  };
}

/** Which rules a history breaks. */
export function rules(given: History, timed = false): Rule[] {
  return [...new Set(check(given, { timed }).map(({ rule }) => rule))];
}
