import { setTimeout as pause } from 'node:timers/promises';
import type { Stage } from './faults.js';
import type { Member } from './member.js';
import type { PlannedFault } from './plan.js';
import type { GatewayService } from './service.js';
import type { System } from './system.js';

/** How long proxies may go on sending to a gateway that is about to stop: its `preStop`, in milliseconds. */
const preStopMs = 1000;
const slowLinkMs = 150;

interface Fault {
  target: string;
  /** Resolves when it is over. */
  act: () => Promise<void>;
}

/** A fault of one process, of all of a kind, or of Redis, whatever they are doing. */
export function processFault(fault: PlannedFault, { system, service }: Stage): Fault {
  const { kind, target, amount } = fault;
  const { workers, gateways } = system;
  switch (kind) {
    case 'worker-restart':
      return { target: 'workers', act: () => inTurn(workers, (worker) => worker.restart()) };
    case 'gateway-restart':
      return { target: 'gateways', act: () => inTurn(gateways, (gateway) => restartGateway(gateway, service)) };
    case 'all-workers-freeze':
      return { target: 'workers', act: freezeAll(workers, amount) };
  }
  const [victim, what] = [kind.slice(0, kind.indexOf('-')), kind.slice(kind.indexOf('-') + 1)];
  if (victim === 'redis') return { target: victim, act: redisFaults(system, amount)[what]! };
  const members = { gateway: gateways, worker: workers, notifier: system.notifiers }[victim]!;
  const member = members[target]!;
  return { target: member.name, act: memberFaults(member, fault, system, service)[what]! };
}

type Acts = Record<string, () => Promise<void>>;

function memberFaults(
  member: Member,
  { amount, clockMs }: PlannedFault,
  system: System,
  service: GatewayService,
): Acts {
  const restart = (ms: number) =>
    system.gateways.includes(member) ? restartGateway(member, service, ms) : member.restart(ms);
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
      await restart(clockMs);
      await pause(amount);
      await restart(0);
    },
  };
}

function redisFaults({ redis }: System, amount: number): Acts {
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
  };
}

function freezeAll(members: readonly Member[], ms: number): () => Promise<void> {
  return async () => {
    for (const member of members) member.freeze();
    await pause(ms);
    for (const member of members) member.thaw();
  };
}

/** As an orchestrator does it: nobody new is sent there, then it is asked to stop. */
async function restartGateway(gateway: Member, service: GatewayService, clockMs?: number): Promise<void> {
  service.withdraw(gateway);
  await pause(preStopMs);
  await gateway.restart(clockMs);
  service.restore(gateway);
}

async function inTurn(members: readonly Member[], act: (member: Member) => Promise<void>): Promise<void> {
  for (const member of members) await act(member);
}
