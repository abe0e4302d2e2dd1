import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

export interface AskOptions {
  /** Called every 50 ms while the process works. */
  onTick?: (pid: number) => void;
}

/**
 * Starts a program, gives it one order and resolves with its one report: what is measured starts afresh, and what it
 * leaves behind burdens nobody.
 *
 * @param program a built file beside this one, a program that calls `answer`
 */
export async function askProcess<Order extends object, Report>(
  program: string,
  order: Order,
  { onTick }: AskOptions = {},
): Promise<Report> {
  const child = fork(new URL(`../dist/${program}.js`, import.meta.url), {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
  });
  const ticking = onTick && setInterval(() => onTick(child.pid!), 50);
  try {
    return await reportOf(child, order, program);
  } finally {
    clearInterval(ticking);
  }
}

async function reportOf<Report>(child: ChildProcess, order: object, program: string): Promise<Report> {
  let report: Report | undefined;
  child.on('message', (message) => {
    report = message as Report;
  });
  child.send(order);
  const [code, signal] = await once(child, 'exit');
  if (report === undefined) throw new Error(`${program} ended without a report (${signal ?? `code ${code}`})`);
  return report;
}

/** In the program: takes the order, reports, and ends. */
export function answer<Order, Report>(work: (order: Order) => Promise<Report>): void {
  process.once('message', async (order: Order) => {
    const report = await work(order);
    process.send!(report, () => process.disconnect());
  });
  // Whoever asked is gone: nobody needs the report.
  process.once('disconnect', () => process.exit());
}
