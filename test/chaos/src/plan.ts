import { Random } from '@blipq/test-servers';
import { type FaultName, faultKind } from './fault-kinds.js';
import { type PlannedBatch, plannedBatch } from './planned-batch.js';
import { type PlannedRequest, plannedRequest } from './planned-request.js';
import type { Profile } from './profiles.js';
import { type Scene, scenesOf } from './scene.js';

export interface PlannedFault {
  kind: FaultName;
  /** Which of its kind, from 0. */
  target: number;
  /** Milliseconds after the beginning of its round. */
  afterMs: number;
  /** Milliseconds from some more submissions to the fault, so that it strikes in the middle of them. */
  leadMs: number;
  /** Duration in milliseconds; of a receiver's or a tenant's fault, how many messages it strikes. */
  amount: number;
  /** How far a clock is off, in milliseconds. */
  clockMs: number;
  /** Of what Redis is to lose, the share that it keeps. */
  keptShare: number;
}

/** One fault, and what callers do around it. */
export interface Round {
  /** From 0; the same whatever part of a plan is carried out. */
  n: number;
  fault: PlannedFault;
  requests: PlannedRequest[];
  batches: PlannedBatch[];
}

/** All that happens in a run, and nothing else does: made from a profile and a seed alone. */
export interface Plan {
  seed: number;
  scenes: Scene[];
  rounds: Round[];
}

export function makePlan(profile: Profile, seed: number): Plan {
  const random = new Random(seed);
  const scenes = scenesOf(profile.scenes, random);
  const kinds = faultsOf(profile, random);
  const rounds = kinds.map((kind, n) => ({
    n,
    fault: plannedFault(kind, profile, random),
    requests: Array.from({ length: profile.requests }, (_, i) =>
      plannedRequest(`${n}.${i}`, profile, scenes, random),
    ).sort((a, b) => a.afterMs - b.afterMs),
    batches: Array.from({ length: profile.batches }, (_, i) =>
      plannedBatch(`${n}.batch-${i}`, profile, scenes.length, random),
    ),
  }));
  return { seed, scenes, rounds };
}

/** The rounds with these kinds of fault, which are the same as in the whole plan. */
export function onlyKinds(plan: Plan, kinds: readonly FaultName[]): Plan {
  return { ...plan, rounds: plan.rounds.filter(({ fault }) => kinds.includes(fault.kind)) };
}

/** Kinds in an order that has all of them before it repeats any, and then those with more weight more often. */
function faultsOf({ kinds, rounds }: Profile, random: Random): FaultName[] {
  const weighted = kinds.flatMap((kind) => Array.from({ length: faultKind(kind).weight ?? 1 }, () => kind));
  const order = random.shuffled(kinds);
  while (order.length < rounds) order.push(...random.shuffled(weighted));
  return order.slice(0, rounds);
}

function plannedFault(kind: FaultName, profile: Profile, random: Random): PlannedFault {
  const { victim, range } = faultKind(kind);
  const [least, most] = range;
  const { gateways: gateway, workers, notifiers: notifier, receivers: receiver } = profile;
  const members = { gateway, worker: workers.length, notifier, receiver, redis: 1, client: 1, tenant: 1 };
  return {
    kind,
    target: random.whole(0, members[victim] - 1),
    afterMs: random.whole(0, Math.round(profile.spreadMs / 2)),
    leadMs: random.whole(0, 60),
    amount: random.whole(Math.ceil(least * profile.haste), Math.ceil(most * profile.haste)),
    clockMs: random.whole(2, 8) * 60_000 * (random.chance(0.5) ? 1 : -1),
    keptShare: random.next(),
  };
}
