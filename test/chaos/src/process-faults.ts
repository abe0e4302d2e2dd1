import { setTimeout as pause } from 'node:timers/promises';
import type { Stage } from './faults.js';
import { loseEnd } from './lost-end.js';
import type { Member } from './member.js';
import type { PlannedFault } from './plan.js';
import type { System } from './system.js';

const slowLinkMs = 150;

interface Fault {
  target: string;
  /** Resolves when it is over. */
  act: () => Promise<void>;
}

/** A fault of one process, of all of a kind, or of Redis, whatever they are doing. */
export function processFault(fault: PlannedFault, stage: Stage): Fault {
  const { kind, target, amount } = fault;
  const { system } = stage;
  const { workers, gateways } = system;
  switch (kind) {
    case 'worker-restart':
      return { target: 'workers', act: () => inTurn(workers, (worker) => worker.restart()) };
    case 'gateway-restart':
      return { target: 'gateways', act: () => inTurn(gateways, (gateway) => gateway.restart()) };
    case 'all-workers-freeze':
      return { target: 'workers', act: freezeAll(workers, amount) };
  }
  const [victim, what] = [kind.slice(0, kind.indexOf('-')), kind.slice(kind.indexOf('-') + 1)];
  if (victim === 'redis') return { target: victim, act: redisFaults(fault, stage)[what]! };
  const members = { gateway: gateways, worker: workers, notifier: system.notifiers }[victim]!;
  const member = members[target]!;
  return { target: member.name, act: memberFaults(member, fault, system)[what]! };
}

type Acts = Record<string, Fault['act']>;

function memberFaults(member: Member, { amount, clockMs }: PlannedFault, system: System): Acts {
  return {
    kill: async () => member.kill(),
    freeze: freezeAll([member], amount),
    partition: async () => {
      member.relay.partition();
      await pause(amount);
      member.relay.heal();
    },
    'slow-link': async () => {
      member.relay.delay(slowLinkMs);
      await pause(amount);
      member.relay.heal();
    },
    // Its successor starts while there is no Redis.
    'before-redis': async () => {
      await system.redis.kill();
      member.kill();
      await pause(amount);
      await system.redis.start();
    },
    clock: async () => {
      await member.restart(clockMs);
      await pause(amount);
      await member.restart(0);
    },
  };
}

function redisFaults({ amount, clockMs, keptShare }: PlannedFault, { system: { redis }, now, undone }: Stage): Acts {
  const away = async () => {
    await redis.kill();
    await pause(amount);
    await redis.start();
  };
  return {
    kill: away,
    away,
    freeze: async () => {
      redis.freeze();
      await pause(amount);
      redis.thaw();
    },
    full: async () => {
      await redis.setFull(true);
      await pause(amount);
      await redis.setFull(false);
    },
    filled: async () => {
      await redis.fill();
      await pause(amount);
      await redis.empty();
    },
    // There and back again.
    clock: async () => {
      redis.stepClock(clockMs / 2);
      await pause(amount);
      redis.stepClock(0);
    },
    cut: async () => undone(await loseEnd(redis, { ms: amount, share: keptShare, now })),
    'forgets-scripts': async () => void (await redis.direct.script('FLUSH')),
  };
}

function freezeAll(members: readonly Member[], ms: number): () => Promise<void> {
  return async () => {
    for (const member of members) member.freeze();
    await pause(ms);
    for (const member of members) member.thaw();
  };
}

async function inTurn(members: readonly Member[], act: (member: Member) => Promise<void>): Promise<void> {
  for (const member of members) await act(member);
}
