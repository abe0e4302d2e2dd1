import { setTimeout as pause } from 'node:timers/promises';
import type { Task } from '@blipq/contracts';
import type { BatchCaller } from './batch-caller.js';
import type { Caller, Errand } from './caller.js';
import { faultKind } from './fault-kinds.js';
import { type Stage, strike } from './faults.js';
import type { Ledger } from './ledger.js';
import { leftovers } from './leftovers.js';
import type { Plan, Round } from './plan.js';
import type { PlannedBatch } from './planned-batch.js';
import type { PlannedRequest } from './planned-request.js';
import type { Profile } from './profiles.js';
import type { Receiver } from './receiver.js';
import { resultOf } from './result.js';
import { sceneTasks } from './scene.js';
import type { System } from './system.js';
import { allTenants, tenantName } from './tenants.js';

/** How long work may take to flow again after a fault, and to end when all are over, in milliseconds. */
const patienceMs = 90_000;
const drainPatienceMs = 180_000;
const sweepsAtOnce = 16;
/** Farther than the clock of Redis ever is ahead. */
const clockMaxMs = 300_000;
/** Requests submitted so that a fault has something to strike. */
const baits = 6;

export interface CourseParts {
  profile: Profile;
  plan: Plan;
  say: (line: string) => void;
  ledger: Ledger;
  system: System;
  receivers: readonly Receiver[];
  caller: Caller;
  batchCaller: BatchCaller;
  over: AbortController;
}

/** The course of a run: what is right is learned, the plan carried out, and everything let come to its end. */
export class Course {
  readonly #parts: CourseParts;
  readonly #errands: Promise<unknown>[] = [];
  #probes = 0;

  constructor(parts: CourseParts) {
    this.#parts = parts;
  }

  /** What is right for each scene: what comes of it while nothing is wrong and it is alone in its batch. */
  async learn(): Promise<void> {
    const { plan, caller, ledger, say } = this.#parts;
    for (let scene = 0; scene < plan.scenes.length; scene += 1) {
      const view = await caller.carryOut({ request: this.#extra({ scene }), round: -1 });
      if (view?.state !== 'succeeded') throw new Error(`scene ${scene} ${JSON.stringify(view)}`);
      ledger.expects(resultOf(view)!);
    }
    const results = ledger.history().expected.map((result) => JSON.stringify(result));
    say(`${plan.scenes.length} scenes, ${new Set(results).size} different results`);
  }

  async carryOut(): Promise<void> {
    for (const round of this.#parts.plan.rounds) await this.#round(round);
  }

  async #round(round: Round): Promise<void> {
    const { caller, batchCaller, profile, ledger, say } = this.#parts;
    const errands = round.requests.map(async (request) => {
      await pause(request.afterMs);
      await caller.carryOut({ request, round: round.n });
    });
    const batches = round.batches.map(async (batch) => {
      await pause(batch.afterMs);
      await batchCaller.carryOut(batch, round.n);
    });
    this.#errands.push(...errands, ...batches);
    const spread = pause(profile.spreadMs);
    await pause(round.fault.afterMs);
    await this.#fault(round);
    await spread;
    const { target, recoveryMs } = ledger.history().faults.at(-1)!;
    say(`${round.n} ${round.fault.kind} of ${target}: ${recoveryMs} ms; ${ledger.ids.length} captions`);
  }

  async #fault({ n, fault }: Round): Promise<void> {
    const { ledger, system, receivers } = this.#parts;
    const { since } = faultKind(fault.kind);
    const bait: Stage['bait'] = ({ task, receiver = null, tenant, count = baits, batch } = {}) => {
      this.#extras(count, n, { webhook: receiver, ...(tenant && { tenant }) }, task);
      if (batch) this.#errands.push(this.#parts.batchCaller.carryOut(this.#extraBatch(), n));
    };
    const told = async (receiver: number) => await this.#told(receiver, this.#extra({ webhook: receiver }), n);
    let lost: { undoneFrom?: number } = {};
    const stage: Stage = {
      ...{ system, receivers, bait, told, now: () => ledger.now(), odd: (what) => ledger.odd(what) },
      undone: (undoneFrom) => {
        lost = { undoneFrom };
      },
    };
    const { target, over, movedOn } = await strike(fault, stage);
    const beganAt = ledger.now();
    if (since === 'end') await over;
    const from = ledger.now();
    const recovered = Promise.all([movedOn(), this.#probe(n, fault)]).then(() => ledger.now() - from);
    const [recoveryMs, endedAt] = await Promise.all([within(patienceMs, recovered), over.then(() => ledger.now())]);
    const struck = fault.kind.includes('redis') ? -1 : system.workers.findIndex(({ name }) => name === target);
    const task = system.tasks[struck] ?? null;
    ledger.fault({ round: n, kind: fault.kind, target, task, beganAt, endedAt, recoveryMs, ...lost });
  }

  /** One more request, that must succeed: through the gateway that was struck, or for its model, if it was a worker. */
  async #probe(round: number, { kind, target }: Round['fault']): Promise<void> {
    const { caller, system } = this.#parts;
    const { victim } = faultKind(kind);
    const via = {
      pauseMaxMs: 100,
      ...(victim === 'gateway' && { at: new URL('/', system.gateways[target]!.probe).origin }),
    };
    if (victim === 'notifier') return await this.#told(0, this.#extra({ webhook: 0 }), round, via);
    const request = this.#extra({}, victim === 'worker' ? system.tasks[target] : undefined);
    await caller.carryOut({ request, round, via });
  }

  /** Has one more request made, and its receiver told. */
  async #told(receiver: number, request: PlannedRequest, round: number, via: Errand['via'] = {}): Promise<void> {
    const view = await this.#parts.caller.carryOut({ request, round, via });
    if (view !== undefined) await this.#parts.receivers[receiver]!.took([`msg_${view.id}_${view.state}`]);
  }

  #extras(count: number, round: number, changes: Partial<PlannedRequest>, task?: Task): void {
    for (let i = 0; i < count; i += 1) {
      this.#errands.push(this.#parts.caller.carryOut({ request: this.#extra(changes, task), round }));
    }
  }

  /** A plain request that is not the plan's, for a worker of this task. */
  #extra(changes: Partial<PlannedRequest>, task?: Task): PlannedRequest {
    this.#probes += 1;
    const name = `extra-${this.#probes}`;
    const scenes = [...this.#parts.plan.scenes.keys()].filter(
      (scene) => task === undefined || this.#isFor(task, scene),
    );
    return {
      ...{
        name,
        tenant: tenantName(0),
        afterMs: 0,
        scene: scenes[this.#probes % scenes.length]!,
        form: 'multipart',
        copies: 1,
      },
      ...{ identity: { kind: 'key', key: name }, timeoutS: null, webhook: null, follow: 'wait', preferS: null },
      ...{ cancelAfterMs: null, retry: false, remove: false, ...changes },
    };
  }

  #extraBatch(): PlannedBatch {
    // Half of them are being fetched when the fault strikes.
    const item = (_: unknown, n: number) => ({
      ...{ scene: this.#extra({}).scene, source: n % 2 === 0 ? ('slow' as const) : null },
      ...{ timeoutS: null, follow: 'wait' as const, cancelAfterMs: null },
    });
    const items = Array.from({ length: baits }, item);
    const name = `extra-batch-${this.#probes}`;
    return {
      name,
      tenant: tenantName(0),
      afterMs: 0,
      form: 'json',
      key: name,
      copies: 1,
      hangUpMs: null,
      webhook: 0,
      items,
    };
  }

  /** Whether nobody but workers of this task has to do with a scene. */
  #isFor(task: Task, scene: number): boolean {
    return sceneTasks[this.#parts.plan.scenes[scene]!.kind].every((one) => one === task);
  }

  /** Lets all work end, the retry window too, and looks at everything once more. */
  async drain(): Promise<void> {
    const { caller, batchCaller, ledger, over, profile, system, say } = this.#parts;
    say('draining');
    await within(drainPatienceMs, Promise.all(this.#errands));
    await within(drainPatienceMs, this.#quiet());
    await pause(profile.retryWindowS * 1000 + 1000);
    // What was kept by a clock that was ahead is kept until then.
    if (system.steppedClock) system.redis.stepClock(clockMaxMs);
    // The next submission is what clears away images whose time is over.
    await within(patienceMs, caller.carryOut({ request: this.#extra({}), round: -1 }));
    const sweep = [
      ...ledger.ids.map((id) => () => caller.read(id, 'sweep')),
      ...ledger.batches.ids.map((id) => () => batchCaller.read(id, 'sweep')),
    ].values();
    const readOn = async () => {
      for (const read of sweep) await read();
    };
    // All of them, however long that takes: what was told before may be what Redis lost.
    await Promise.all(Array.from({ length: sweepsAtOnce }, readOn));
    over.abort();
    ledger.leftOver(await leftovers(system.redis.direct));
  }

  /** Resolves when nothing wants a worker and no webhook is on its way. */
  async #quiet(): Promise<void> {
    const { system, over, profile } = this.#parts;
    const { direct } = system.redis;
    while (!over.signal.aborted) {
      const scale = (await fetch(system.scaleUrl).then(
        (response) => response.json(),
        () => ({}),
      )) as { demand?: number };
      const pending = allTenants(profile.tenants).map((tenant) => `blipq:{captions}:deliveries:${tenant}:pending`);
      const deliveries = await Promise.all(pending.map((key) => direct.zcard(key)));
      if (scale.demand === 0 && Math.max(...deliveries) === 0) return;
      await pause(250);
    }
  }
}

/** What it resolves with, or null when that takes longer. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, ms, null);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
