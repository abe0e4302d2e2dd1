import { setTimeout as pause } from 'node:timers/promises';
import type { FaultName } from './fault-kinds.js';
import { InHand } from './in-hand.js';
import type { Member } from './member.js';
import type { PlannedFault } from './plan.js';
import type { Receiver, ReceiverFault } from './receiver.js';
import type { GatewayService } from './service.js';
import { type System, signal } from './system.js';

/** What faults are done to, and with. */
export interface Stage {
  system: System;
  service: GatewayService;
  receivers: readonly Receiver[];
  /** Submits some captions that nobody waits for, so that there is work to be struck. */
  bait: () => void;
}

/** A fault under way. */
export interface Strike {
  target: string;
  /** Resolves when it is over. */
  over: Promise<void>;
  /** Resolves when what it struck has gone on. */
  movedOn: () => Promise<void>;
}

/** How long proxies may go on sending to a gateway that is about to stop: its `preStop`, in milliseconds. */
const preStopMs = 1000;
const slowLinkMs = 150;
/** Work that is still in hand after that long is in the hands of a frozen engine, in milliseconds. */
const heldMs = 250;
const baitsMax = 8;
/** How long a fault of a receiver's waits for messages to strike, in milliseconds. */
const receiverPatienceMs = 8000;

/** Begins a fault. */
export async function strike(fault: PlannedFault, stage: Stage): Promise<Strike> {
  if (fault.kind.startsWith('receiver-')) return strikeReceiver(fault, stage);
  if (needsHolding.includes(fault.kind)) return await strikeWorkInHand(fault, stage);
  const { system } = stage;
  const inHand = fault.kind.startsWith('notifier-')
    ? await InHand.ofNotifiers(system.redis.direct)
    : await InHand.ofWorkers(system.redis.direct);
  const { target, act } = simpleFault(fault, stage);
  return { target, over: act(), movedOn: () => inHand.movedOn() };
}

function strikeReceiver({ kind, target, amount }: PlannedFault, { receivers, bait }: Stage): Strike {
  const receiver = receivers[target]!;
  bait();
  const struck = receiver.fail(kind.replace('receiver-', '') as ReceiverFault, amount, receiverPatienceMs);
  const movedOn = async () => await receiver.took(await struck);
  return { target: `receiver-${target + 1}`, over: struck.then(() => undefined), movedOn };
}

const needsHolding: readonly FaultName[] = [
  ...(['worker-kill', 'worker-freeze', 'worker-partition', 'worker-cut'] as const),
  ...(['engine-kill', 'engine-hang'] as const),
];

/**
 * Faults of a worker that must strike while it has work in hand: its engine process is frozen first, until captions
 * are stuck in it.
 */
async function strikeWorkInHand({ kind, target, amount }: PlannedFault, stage: Stage): Promise<Strike> {
  const { system } = stage;
  const worker = system.workers[target]!;
  const engines = system.enginesOf(worker);
  const engine = (name: NodeJS.Signals) => {
    for (const pid of engines) signal(pid, name);
  };
  engine('SIGSTOP');
  let inHand = await InHand.ofWorkers(system.redis.direct);
  for (let baits = 0; baits < baitsMax && inHand.size === 0; baits += 1) {
    stage.bait();
    inHand = await InHand.ofWorkers(system.redis.direct, heldMs);
  }
  const act = async () => {
    switch (kind) {
      case 'worker-kill':
        worker.kill();
        engine('SIGKILL');
        break;
      case 'engine-kill':
        engine('SIGKILL');
        break;
      case 'worker-freeze':
        worker.freeze();
        await pause(amount);
        worker.thaw();
        engine('SIGCONT');
        break;
      case 'worker-partition':
        worker.relay.partition();
        // Its work goes on, and what comes of it arrives when the worker has lost its jobs.
        engine('SIGCONT');
        await pause(amount);
        worker.relay.heal();
        break;
      case 'worker-cut':
        worker.relay.cut();
        engine('SIGCONT');
        await pause(amount);
        worker.relay.heal();
        break;
      case 'engine-hang':
      // It hangs already, and is found out.
    }
  };
  return { target: worker.name, over: act(), movedOn: () => inHand.movedOn() };
}

function simpleFault(fault: PlannedFault, { system, service }: Stage): { target: string; act: () => Promise<void> } {
  const { kind, target, amount, clockMs } = fault;
  const [victimKind, what] = kind.split('-') as [string, string];
  if (kind === 'worker-restart')
    return { target: 'workers', act: () => inTurn(system.workers, (each) => each.restart()) };
  if (kind === 'gateway-restart') {
    return { target: 'gateways', act: () => inTurn(system.gateways, (each) => restartGateway(each, service)) };
  }
  if (victimKind === 'redis') return { target: 'redis', act: () => strikeRedis(what, amount, system) };
  const members = { gateway: system.gateways, worker: system.workers, notifier: system.notifiers }[victimKind]!;
  const member = members[target]!;
  const restart = async (ms: number) =>
    victimKind === 'gateway' ? await restartGateway(member, service, ms) : await member.restart(ms);
  const acts: Record<string, () => Promise<void>> = {
    kill: async () => member.kill(),
    freeze: () =>
      during(
        amount,
        () => member.freeze(),
        () => member.thaw(),
      ),
    partition: () =>
      during(
        amount,
        () => member.relay.partition(),
        () => member.relay.heal(),
      ),
    'slow-link': () =>
      during(
        amount,
        () => member.relay.delay(slowLinkMs),
        () => member.relay.heal(),
      ),
    clock: async () => {
      await restart(clockMs);
      await pause(amount);
      await restart(0);
    },
  };
  return { target: member.name, act: acts[kind.slice(victimKind.length + 1)]! };
}

async function strikeRedis(what: string, amount: number, { redis }: System): Promise<void> {
  if (what === 'freeze')
    return await during(
      amount,
      () => redis.freeze(),
      () => redis.thaw(),
    );
  if (what === 'full')
    return await during(
      amount,
      () => redis.setFull(true),
      () => redis.setFull(false),
    );
  await during(
    amount,
    () => redis.kill(),
    () => redis.start(),
  );
}

async function during(ms: number, begin: () => unknown, end: () => unknown): Promise<void> {
  await begin();
  await pause(ms);
  await end();
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
