import { faultKind } from './fault-kinds.js';
import type { CaptionHistory, FaultHistory, History, Message, Sighting } from './history.js';
import { terminalStates } from './ledger.js';
import type { Rule, Violation } from './violation.js';

/**
 * Three attempts for errors, each of which may be begun anew after a stall, and once more after every orderly stop of a
 * worker in between: more than that is going round in circles.
 */
const attemptsMax = 8;
/** Codes of captions that failed because what made them died or hung under them, twice. */
const excusable = ['worker_lost', 'timeout'];

/** The state that a caption ended in, by everybody who saw it end. */
export function endsOf({ sightings, messages }: CaptionHistory): string[] {
  const told = [...sightings, ...messages].map(({ state }) => state);
  return [...new Set(told.filter((state) => terminalStates.includes(state)))];
}

/** Everything that must hold for one caption. */
export function checkCaption(caption: CaptionHistory, history: History): Violation[] {
  const broken = (rule: Rule, detail: string): Violation => ({ rule, id: caption.id, detail });
  const { sightings, deletedAt } = caption;
  const gone = sightings.find(({ at, state }) => isGone(state) && (deletedAt === null || at < deletedAt));
  if (gone !== undefined) return [broken('lost', `acknowledged, and ${gone.state} at ${gone.at} ms (${gone.by})`)];
  const ends = endsOf(caption);
  if (ends.length > 1) return [broken('duplicated', `ended as ${ends.join(' and as ')}`)];
  const [end] = ends;
  if (end === undefined) return [broken('stuck', `still ${sightings.at(-1)?.state ?? 'unseen'}`)];
  return [
    ...resultRules(caption, end, history).map(([rule, detail]) => broken(rule, detail)),
    ...endRules(caption, end, history.faults).map(([rule, detail]) => broken(rule, detail)),
    ...webhookRules(caption, end).map(([rule, detail]) => broken(rule, detail)),
  ];
}

const isGone = (state: string) => state === 'missing' || state === 'expired_record';

type Broken = [Rule, string];

function resultRules({ sightings, messages, scene }: CaptionHistory, end: string, { expected }: History): Broken[] {
  const broken: Broken[] = [];
  const ended = [...sightings, ...messages].filter(({ state }) => state === end);
  const texts = [...new Set(ended.map(({ text }) => text))];
  if (texts.length > 1) broken.push(['two results', texts.map((text) => JSON.stringify(text)).join(' and ')]);
  if (end === 'succeeded' && texts[0] !== expected[scene]) {
    broken.push(['wrong result', `${JSON.stringify(texts[0])} instead of ${JSON.stringify(expected[scene])}`]);
  }
  const known = sightings.filter(({ state }) => !isGone(state));
  const version = Math.min(...known.filter(({ state }) => state === end).map((seen) => seen.version));
  const later = known.find((seen) => seen.version > version || (seen.version === version && seen.state !== end));
  if (later !== undefined)
    broken.push(['a change after the end', `${end} was version ${version}; ${described(later)}`]);
  return broken;
}

const described = ({ state, version, by, at }: Sighting) => `${state} was version ${version} at ${at} ms (${by})`;

function endRules(caption: CaptionHistory, end: string, faults: readonly FaultHistory[]): Broken[] {
  const { cancels, sightings, timeoutS, sentAt, acknowledgedAt } = caption;
  const broken: Broken[] = [];
  const promised = cancels.find(({ status }) => status === 200 || status === 202);
  if (promised !== undefined && end !== 'canceled') {
    broken.push(['a cancel that did not hold', `${promised.status} at ${promised.at} ms, and ${end}`]);
  }
  if (end === 'canceled' && cancels.length === 0 && caption.deletedAt === null) {
    broken.push(['a cancel that did not hold', 'canceled by nobody']);
  }
  const endedAt = Math.min(...sightings.filter(({ state }) => state === end).map(({ at }) => at));
  if (end === 'expired' && (timeoutS === null || endedAt - sentAt < timeoutS * 1000)) {
    broken.push(['expired too early', `after ${endedAt - sentAt} ms, with a deadline of ${timeoutS} s`]);
  }
  const code = sightings.find(({ state }) => state === 'failed')?.error ?? '';
  const blows = faults.filter((fault) => strikes(fault, acknowledgedAt, endedAt)).length;
  if (end === 'failed' && !(excusable.includes(code) && blows >= 2)) {
    broken.push(['failed without cause', `${code}, after ${blows} faults that it could have died of`]);
  }
  const attempts = Math.max(...sightings.map(({ attempt }) => attempt));
  if (attempts > attemptsMax) broken.push(['too many attempts', `${attempts}`]);
  return broken;
}

/** Whether a fault could have taken a caption down that lived at this time. */
function strikes({ kind, beganAt, endedAt }: FaultHistory, from: number, to: number): boolean {
  return faultKind(kind).costsAttempts === true && beganAt <= to && endedAt >= from;
}

function webhookRules({ id, webhook, messages }: CaptionHistory, end: string): Broken[] {
  if (!webhook) return messages.length > 0 ? [['webhook wrong', 'nobody asked for it']] : [];
  const wrong = messages.find((message) => message.id !== `msg_${id}_${end}`);
  if (wrong !== undefined) return [['webhook wrong', `${wrong.id} about a caption that ${end}`]];
  return messages.some(isTaken) ? [] : [['webhook lost', `sent ${messages.length} times, never taken`]];
}

const isTaken = ({ answered }: Message) => answered !== null && answered >= 200 && answered < 300;
