import type { Task } from '@blipq/contracts';
import { faultKind } from './fault-kinds.js';
import type { CaptionHistory, FaultHistory, History, Message, Sighting, Undone } from './history.js';
import { fetchFailures } from './image-source.js';
import { terminalStates } from './ledger.js';
import { type Result, sameResult } from './result.js';
import { sceneTasks } from './scene.js';
import { isGone, isLostWithAcknowledgement, isTaken } from './undone.js';
import type { Rule, Violation } from './violation.js';

/**
 * Three attempts for errors, each of which may be begun anew after a stall, and once more after every orderly stop of a
 * worker in between: more than that is going round in circles. For each worker that has to do with it.
 */
const attemptsMax = 8;
/** Codes of captions that failed because what made them died or hung under them, twice. */
const excusable = ['worker_lost', 'timeout'];

/** The state that a caption ended in, by everybody who saw it end. */
export function endsOf({ sightings, messages }: CaptionHistory): string[] {
  const told = [...sightings, ...messages].map(({ state }) => state);
  return [...new Set(told.filter((state) => terminalStates.includes(state)))];
}

/** Everything that must hold for one caption, answer or match. */
export function checkCaption(caption: CaptionHistory, history: History): Violation[] {
  const broken = (rule: Rule, detail: string): Violation => ({ rule, id: caption.id, detail });
  const { sightings, deletedAt, undone } = caption;
  if (isLostWithAcknowledgement(caption)) return [];
  const gone = sightings.find(({ at, state }) => isGone(state) && (deletedAt === null || at < deletedAt));
  if (gone !== undefined) return [broken('lost', `acknowledged, and ${gone.state} at ${gone.at} ms (${gone.by})`)];
  const ends = endsOf(caption);
  if (ends.length > 1) return [broken('duplicated', `ended as ${ends.join(' and as ')}`)];
  const [end] = ends;
  if (end === undefined && deletedAt !== null && undone?.sightings.some(isEnded)) return [];
  if (end === undefined) return [broken('stuck', `still ${sightings.at(-1)?.state ?? 'unseen'}`)];
  return [
    ...resultRules(caption, end, history).map(([rule, detail]) => broken(rule, detail)),
    ...endRules(caption, end, history.faults).map(([rule, detail]) => broken(rule, detail)),
    ...webhookRules(caption, end).map(([rule, detail]) => broken(rule, detail)),
  ];
}

const isEnded = ({ state }: Pick<Sighting, 'state'>): boolean => terminalStates.includes(state);

type Broken = [Rule, string];

function resultRules(caption: CaptionHistory, end: string, { expected }: History): Broken[] {
  const { sightings, messages, scene, source, undone } = caption;
  const broken: Broken[] = [];
  const ended = [...sightings, ...messages].filter(({ state }) => state === end);
  const [first, ...others] = ended.map(({ result }) => result);
  const other = others.find((one) => !identical(one, first!));
  if (other !== undefined) broken.push(['two results', `${JSON.stringify(first)} and ${JSON.stringify(other)}`]);
  const isThere = source === undefined || fetchFailures[source].length === 0;
  const right = end === 'succeeded' && isThere ? expected[scene]! : null;
  if (!sameResult(first!, right)) {
    broken.push(['wrong result', `${JSON.stringify(first)} instead of ${JSON.stringify(right)}`]);
  }
  const known = sightings.filter(({ state }) => !isGone(state));
  const version = Math.min(...known.filter(({ state }) => state === end).map((seen) => seen.version));
  const later = known.find((seen) => seen.version > version || (seen.version === version && seen.state !== end));
  if (later !== undefined)
    broken.push(['a change after the end', `${end} was version ${version}; ${described(later)}`]);
  const again = known.find((seen) => undone?.sightings.some((lost) => isOtherOfVersion(lost, seen)));
  if (again !== undefined) broken.push(['a version of two states', described(again)]);
  return broken;
}

/** A stored result reads the same everywhere, to the last digit. */
const identical = (one: Result | null, other: Result | null) => JSON.stringify(one) === JSON.stringify(other);

type Seen = Pick<Sighting, 'state' | 'version'>;

const isOtherOfVersion = (one: Seen, other: Seen) => one.version === other.version && one.state !== other.state;

const described = ({ state, version, by, at }: Sighting) => `${state} was version ${version} at ${at} ms (${by})`;

function endRules(caption: CaptionHistory, end: string, faults: readonly FaultHistory[]): Broken[] {
  const { cancels, sightings, timeoutS, sentAt, kind, source } = caption;
  const broken: Broken[] = [];
  const promised = cancels.find(({ status }) => status === 200 || status === 202);
  if (promised !== undefined && end !== 'canceled') {
    broken.push(['a cancel that did not hold', `${promised.status} at ${promised.at} ms, and ${end}`]);
  }
  if (end === 'canceled' && cancels.length === 0 && caption.deletedAt === null) {
    broken.push(['a cancel that did not hold', 'canceled by nobody']);
  }
  const endedAt = Math.min(...sightings.filter(({ state }) => state === end).map(({ at }) => at));
  const kinds = faults.filter((fault) => strikes(fault, caption, endedAt)).map((fault) => faultKind(fault.kind));
  // Its time began when it was stored, which may be long before anybody heard of that.
  const isStepped = faults.some(({ kind: fault, beganAt, endedAt: over }) => {
    return faultKind(fault).stepsClock && beganAt <= endedAt && over >= sentAt;
  });
  const soon = timeoutS === null || (endedAt - sentAt < timeoutS * 1000 && !isStepped);
  if (end === 'expired' && soon) {
    broken.push(['expired too early', `after ${endedAt - sentAt} ms, with a deadline of ${timeoutS} s`]);
  }
  const code = sightings.find(({ state }) => state === 'failed')?.error ?? '';
  const deaths = kinds.filter(({ deadly }) => deadly).length;
  const stalls = deaths + Math.min(1, kinds.filter(({ cutsAnswers }) => cutsAnswers).length);
  const failures: readonly string[] = source === undefined ? [] : fetchFailures[source];
  if (end === 'failed' && !failures.includes(code) && !(excusable.includes(code) && stalls >= 2)) {
    broken.push(['failed without cause', `${code}, after ${deaths} faults that it could have died of`]);
  }
  const attempts = Math.max(...sightings.map(({ attempt }) => attempt));
  if (attempts > attemptsMax * sceneTasks[kind].length) broken.push(['too many attempts', `${attempts}`]);
  return broken;
}

/** Whether a fault came over who could have had a caption in hand that had ended by then. */
function strikes({ task, beganAt, endedAt }: FaultHistory, caption: CaptionHistory, until: number): boolean {
  const tasks: readonly Task[] = sceneTasks[caption.kind];
  const concerns = task === null || tasks.includes(task);
  return concerns && beganAt <= until && endedAt >= caption.acknowledgedAt;
}

interface Told {
  id: string;
  webhook: boolean;
  messages: readonly Pick<Message, 'id' | 'answered'>[];
  deletedAt?: number | null;
  undone?: Undone;
}

/** What a webhook's receiver must have heard of a caption or batch that ended so. Deletion withdraws what was not sent. */
export function webhookRules({ id, webhook, messages, deletedAt = null, undone }: Told, end: string): Broken[] {
  if (!webhook) return messages.length > 0 ? [['webhook wrong', 'nobody asked for it']] : [];
  const wrong = messages.find((message) => message.id !== `msg_${id}_${end}`);
  if (wrong !== undefined) return [['webhook wrong', `${wrong.id} about what ${end}`]];
  if (messages.some(isTaken) || undone?.taken || deletedAt !== null) return [];
  return [['webhook lost', `sent ${messages.length} times, never taken`]];
}
