import { type WorkState, workState } from '@blipq/contracts';
import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';
import type { HashFields } from '../../redis/hash-fields.js';

interface LookArguments {
  /** Most entries of each list. */
  limit: number;
  /** How many of those that succeeded last have their times read. */
  sample: number;
  percentiles: readonly number[];
  /** Back from now, in milliseconds: what counts as recent. */
  recent_ms: number;
}

/** Fields of a hash, as far as they are set. */
export interface FoundRecord {
  id: string;
  fields: HashFields;
}

export interface FoundEndpoint {
  /** The delivery that failed last. */
  delivery: FoundRecord;
  failingSinceMs: number;
  disabled: boolean;
  /** JSON of its last attempt. */
  attempt: string | undefined;
}

export interface Surroundings {
  /** On Redis's clock. */
  nowMs: number;
  /** How much ended in each of the last 5 s, the oldest first; the last is still filling. */
  ended: number[];
  /** How long what is queued has waited, at each percentile that was asked for, in milliseconds. */
  agesMs: number[];
  states: Map<WorkState, { work: FoundRecord[]; recent: number }>;
  succeeded: FoundRecord[];
  failing: { total: number; endpoints: FoundEndpoint[] };
  /** Webhooks with a job: to be sent now, and later. */
  deliveries: { waiting: number; delayed: number };
}

/** The fields of a record that tell when what happened to it. */
export const timingNames = ['created_ms', 'queued_ms', 'waited_ms', 'started_ms', 'finished_ms', 'cached'] as const;
/** The fields of a record that tell what became of it, to those who may not see what is in it. */
export const glanceNames = [...timingNames, 'tenant', 'model', 'attempt', 'error', 'cancel', 'batch'] as const;
const deliveryNames = ['url', 'tenant', 'event', 'subject', 'state', 'reason', 'attempt', 'next_ms'] as const;

const given = {
  states: workState.options,
  names: glanceNames,
  timing_names: timingNames,
  delivery_names: deliveryNames,
};
const run = script<LookArguments & typeof given>(new URL('look-around.lua', import.meta.url));

/** Reads what there is to see in one step. What it costs depends on its arguments, not on what is stored. */
export async function lookAround(target: ScriptTarget, asked: LookArguments): Promise<Surroundings> {
  const [nowMs, ended, agesMs, states, succeeded, failing, deliveries] = reply.list(
    await run(target, { ...asked, ...given }),
  );
  const [total, endpoints] = reply.list(failing);
  const [waiting, delayed] = reply.list(deliveries).map(reply.number);
  return {
    nowMs: reply.number(nowMs),
    ended: reply.list(ended).map(reply.number),
    agesMs: reply.list(agesMs).map(reply.number),
    states: new Map(reply.list(states).map((found, i) => [workState.options[i]!, stateOf(found)])),
    succeeded: reply.list(succeeded).map((found) => recordOf(found, timingNames)),
    failing: { total: reply.number(total), endpoints: reply.list(endpoints).map(endpointOf) },
    deliveries: { waiting: waiting!, delayed: delayed! },
  };
}

function stateOf(value: unknown): { work: FoundRecord[]; recent: number } {
  const [work, recent] = reply.list(value);
  return { work: reply.list(work).map((found) => recordOf(found, glanceNames)), recent: reply.number(recent) };
}

function recordOf(value: unknown, names: readonly string[]): FoundRecord {
  const [id, state, ...values] = reply.list(value);
  return { id: reply.text(id), fields: { state: reply.text(state), ...fieldsOf(values, names) } };
}

function endpointOf(value: unknown): FoundEndpoint {
  const [id, sinceMs, disabled, delivery, attempt] = reply.list(value);
  return {
    delivery: { id: reply.text(id), fields: fieldsOf(reply.list(delivery), deliveryNames) },
    failingSinceMs: Number(reply.text(sinceMs)),
    disabled: disabled === 1,
    attempt: attempt === null ? undefined : reply.text(attempt),
  };
}

/** What HMGET answered for these names. */
export function fieldsOf(values: readonly unknown[], names: readonly string[]): HashFields {
  const fields: HashFields = {};
  for (const [i, name] of names.entries()) if (values[i] !== null) fields[name] = reply.text(values[i]);
  return fields;
}
