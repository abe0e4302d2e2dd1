import { setTimeout as pause } from 'node:timers/promises';
import type { FaultName } from './fault-kinds.js';
import type { Stage, Strike } from './faults.js';
import { InHand } from './in-hand.js';
import type { PlannedFault } from './plan.js';
import { signal } from './system.js';

/** Work that is still in hand after that long is in the hands of a frozen engine, in milliseconds. */
const heldMs = 250;
const baitsMax = 8;

const kinds: readonly FaultName[] = [
  ...(['worker-kill', 'worker-freeze', 'worker-partition', 'worker-cut'] as const),
  ...(['engine-kill', 'engine-hang'] as const),
];

/** Whether a fault must strike a worker while it has work in hand. */
export function strikesWorkInHand(kind: FaultName): boolean {
  return kinds.includes(kind);
}

/** Freezes the worker's engine process until captions are stuck in it, and strikes then. */
export async function strikeWorkInHand({ kind, target, amount }: PlannedFault, stage: Stage): Promise<Strike> {
  const { direct } = stage.system.redis;
  const worker = stage.system.workers[target]!;
  const task = stage.system.tasks[target]!;
  const engines = stage.system.enginesOf(worker);
  const engine = (name: NodeJS.Signals) => {
    for (const pid of engines) signal(pid, name);
  };
  engine('SIGSTOP');
  let inHand = await InHand.ofWorkers(direct, { task });
  for (let baits = 0; baits < baitsMax && (baits === 0 || inHand.size === 0); baits += 1) {
    stage.bait({ task });
    inHand = await InHand.ofWorkers(direct, { ms: heldMs, task });
  }
  /** The engine's work goes on, and what comes of it is told when the worker is back, or its link. */
  const spell = async (begin: () => void, end: () => void) => {
    begin();
    engine('SIGCONT');
    await pause(amount);
    end();
  };
  const acts: Partial<Record<FaultName, () => Promise<void>>> = {
    'worker-kill': async () => {
      worker.kill();
      engine('SIGKILL');
    },
    'worker-freeze': () =>
      spell(
        () => worker.freeze(),
        () => worker.thaw(),
      ),
    'worker-partition': () =>
      spell(
        () => worker.relay.partition(),
        () => worker.relay.heal(),
      ),
    'worker-cut': () =>
      spell(
        () => worker.relay.cut(),
        () => worker.relay.heal(),
      ),
    'engine-kill': async () => engine('SIGKILL'),
    // It hangs already, and is found out.
    'engine-hang': async () => {},
  };
  return { target: worker.name, over: acts[kind]!(), movedOn: () => inHand.movedOn() };
}
