import { setTimeout as pause } from 'node:timers/promises';
import type { Task } from '@blipq/contracts';
import { clientFault } from './client-faults.js';
import { InHand } from './in-hand.js';
import type { PlannedFault } from './plan.js';
import { processFault } from './process-faults.js';
import type { Receiver, ReceiverFault } from './receiver.js';
import type { System } from './system.js';
import { floodOfOneTenant } from './tenant-flood.js';
import { strikesWorkInHand, strikeWorkInHand } from './work-in-hand-faults.js';

/** What faults are done to, and with. */
export interface Stage {
  system: System;
  receivers: readonly Receiver[];
  /** Milliseconds since the beginning of the run. */
  now: () => number;
  /** Submits something beside the plan's, so that there is something to be struck: of a task, for a receiver, a batch. */
  bait: (bait?: Bait) => void;
  /** Has one more request made, whose receiver must be told. */
  told: (receiver: number) => Promise<void>;
  /** Notes since when Redis has lost what it did. */
  undone: (from: number) => void;
  /** Notes an answer that nobody should get. */
  odd: (what: string) => void;
}

export interface Bait {
  task?: Task;
  receiver?: number;
  tenant?: string;
  count?: number;
  batch?: true;
}

/** A fault under way. */
export interface Strike {
  target: string;
  /** Resolves when it is over. */
  over: Promise<void>;
  /** Resolves when what it struck has gone on. */
  movedOn: () => Promise<void>;
}

/** How long a fault waits for messages to strike, in milliseconds. */
const receiverPatienceMs = 8000;
/** Messages that notifiers have in hand when they are struck. */
const messagesInHand = 3;

/** Begins a fault. */
export async function strike(fault: PlannedFault, stage: Stage): Promise<Strike> {
  if (fault.kind.startsWith('receiver-')) return strikeReceiver(fault, stage);
  if (fault.kind === 'tenant-flood') return await floodOfOneTenant(fault.amount, stage);
  if (strikesWorkInHand(fault.kind)) return await strikeWorkInHand(fault, stage);
  const inHand = await (fault.kind.startsWith('notifier-') ? webhooksInHand(stage) : captionsInHand(fault, stage));
  if (fault.kind === 'clients-slow' || fault.kind === 'clients-hostile') {
    return { ...clientFault(fault.kind, fault.amount, stage), movedOn: () => inHand.movedOn() };
  }
  const { target, act } = processFault(fault, stage);
  return { target, over: act(), movedOn: () => inHand.movedOn() };
}

/** In the middle of some submissions. */
async function captionsInHand(
  { kind, leadMs }: PlannedFault,
  { system, bait }: Stage,
): Promise<Pick<InHand, 'movedOn'>> {
  bait({ batch: true });
  await pause(leadMs);
  // After an outage new work must flow at once; what was in hand may have to wait for locks to run out.
  return kind.includes('redis') ? InHand.nothing : await InHand.ofWorkers(system.redis.direct);
}

/** Webhooks that are being sent, because their receiver does not answer. */
async function webhooksInHand({ receivers, bait, system }: Stage): Promise<InHand> {
  bait({ receiver: 0 });
  await receivers[0]!.fail('hang', messagesInHand, receiverPatienceMs);
  return await InHand.ofNotifiers(system.redis.direct);
}

function strikeReceiver({ kind, target, amount }: PlannedFault, { receivers, bait }: Stage): Strike {
  const receiver = receivers[target]!;
  bait({ receiver: target });
  const struck = receiver.fail(kind.replace('receiver-', '') as ReceiverFault, amount, receiverPatienceMs);
  const movedOn = async () => await receiver.took(await struck);
  return { target: `receiver-${target + 1}`, over: struck.then(() => undefined), movedOn };
}
