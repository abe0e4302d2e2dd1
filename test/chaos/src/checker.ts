import { checkBatch } from './batch-rules.js';
import { checkCaption } from './caption-rules.js';
import { faultKind } from './fault-kinds.js';
import type { FaultHistory, History, Refusal } from './history.js';
import { terminalStates } from './ledger.js';
import { sceneTasks } from './scene.js';
import { floodingTenant } from './tenants.js';
import { isLostWithAcknowledgement, isTaken, withoutUndone } from './undone.js';
import type { Rule, Violation } from './violation.js';

/** How soon a request must be answered 503 while Redis is away, in milliseconds. */
const refusalMaxMs = 2000;
/** An item of a batch is tried, taken back and looked for before the batch as a whole is refused. */
const batchRefusalMaxMs = 3 * refusalMaxMs;

/** Everything that must hold once all work has ended. */
export function check(seen: History, { timed = false } = {}): Violation[] {
  const history = withoutUndone(seen);
  const captions = new Map(history.captions.map((caption) => [caption.id, caption]));
  return [
    ...history.captions.flatMap((caption) => checkCaption(caption, history)),
    ...history.batches.flatMap((batch) => checkBatch(batch, captions)),
    ...checkIdentities(history),
    ...history.faults.flatMap((fault) => checkFault(fault, history, timed)),
    ...history.faults.flatMap((fault) => checkFlood(fault, history)),
    ...(timed ? about('late refusal', lateRefusals(history)) : []),
    ...about('never acknowledged', history.givenUp),
    ...about(
      'an answer that nobody should get',
      history.oddities.map(({ what }) => what),
    ),
    ...about('a process ended by itself', history.collapses),
    ...about('left over in Redis', history.leftovers),
  ];
}

const about = (rule: Rule, details: string[]): Violation[] => details.map((detail) => ({ rule, id: null, detail }));

function lateRefusals(history: History): string[] {
  const late = outageRefusals(history).filter(
    ({ tookMs, batch }) => tookMs > (batch ? batchRefusalMaxMs : refusalMaxMs),
  );
  return late.map(({ at, tookMs }) => `503 after ${tookMs} ms, at ${at} ms`);
}

/** Those that came while Redis was away. A gateway that is frozen itself answers late, too. */
export function outageRefusals({ refusals, faults }: History): Refusal[] {
  const outages = faults.filter(({ target }) => target === 'redis');
  return refusals.filter(({ at }) => outages.some(({ beganAt, endedAt }) => at >= beganAt && at <= endedAt));
}

function checkIdentities({ identities, captions, batches }: History): Violation[] {
  const lost = new Set([...captions, ...batches].filter(isLostWithAcknowledgement).map(({ id }) => id));
  return Object.entries(identities).flatMap(([identity, made]) => {
    const ids = [...new Set(made)].filter((id) => !lost.has(id));
    if (ids.length === 0) return [];
    const other = ids.length > 1 || (/^(cap|ans|mat)_/.test(identity) && ids[0] !== identity);
    return other ? [{ rule: 'one key, two captions', id: ids[0]!, detail: `${identity}: ${ids.join(', ')}` }] : [];
  });
}

function checkFault(fault: FaultHistory, { captions, failedTries, faults }: History, timed: boolean): Violation[] {
  const { harmless, limitMs } = faultKind(fault.kind);
  const name = `${fault.kind} of ${fault.target} in round ${fault.round}`;
  const broken = (rule: Rule, detail: string): Violation => ({ rule, id: null, detail: `${name}: ${detail}` });
  if (fault.recoveryMs === null) return [broken('no recovery', 'nothing moved for a long time')];
  if (timed && limitMs !== undefined && fault.recoveryMs > limitMs) {
    return [broken('late recovery', `${fault.recoveryMs} ms, at most ${limitMs}`)];
  }
  if (harmless === undefined) return [];
  const nextAt = Math.min(...faults.filter(({ beganAt }) => beganAt > fault.beganAt).map(({ beganAt }) => beganAt));
  const repeated = captions.filter(({ acknowledgedAt, sightings, kind: asked }) => {
    const once = sceneTasks[asked].length;
    return acknowledgedAt >= fault.beganAt && sightings.some(({ attempt, at }) => attempt > once && at < nextAt);
  });
  return [
    ...failedTries
      .filter(({ at, isLate }) => at >= fault.beganAt && at <= fault.endedAt && (timed || !isLate))
      .map(({ what }) => broken('harm of a harmless fault', what)),
    ...repeated.map(({ id }) => ({ ...broken('harm of a harmless fault', 'an attempt was spent'), id })),
  ];
}

/**
 * While one tenant's receivers fail at all of its messages, everybody else's arrive: after the end of the work, that
 * tenant's receivers hear no more of its messages before than there are, so nobody waits until they have been tried again.
 */
function checkFlood({ kind, round, beganAt, endedAt }: FaultHistory, { captions }: History): Violation[] {
  if (kind !== 'tenant-flood') return [];
  const flood = captions.filter((caption) => caption.tenant === floodingTenant && caption.round === round);
  const heardAt = flood.flatMap(({ messages }) => messages.map(({ at }) => at));
  const others = captions.filter(({ tenant, webhook, acknowledgedAt: at }) => {
    return tenant !== floodingTenant && webhook && at >= beganAt && at <= endedAt;
  });
  return others.flatMap(({ id, sightings, messages }): Violation[] => {
    const told = Math.min(...sightings.filter(({ state }) => terminalStates.includes(state)).map(({ at }) => at));
    const taken = Math.min(...messages.filter(isTaken).map(({ at }) => at));
    const before = heardAt.filter((at) => at > told && at < taken).length;
    return before > flood.length ? [{ rule: 'a webhook held up', id, detail: `by ${before} messages of a flood` }] : [];
  });
}
