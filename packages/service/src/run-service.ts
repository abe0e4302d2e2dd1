import { StartupError } from './startup-error.js';

/** One piece of a process with a beginning and an end. `stop` may be called while `start` is still under way. */
export interface ServicePart {
  start(): Promise<void> | void;
  stop(): Promise<void> | void;
}

export interface ServiceContext {
  /** Aborts as soon as the process is asked to stop, also in the middle of starting. */
  stopping: AbortSignal;
  /** Replaces the longest time that an orderly stop may take, in ms. */
  stopWithin(deadlineMs: number): void;
  /** Ends the process in order, with exit code 1, for a reason found after the start. */
  fail(error: Error): void;
}

export interface ServiceOptions {
  /** Longest orderly stop; after it the process exits with code 1 as it is. */
  stopDeadlineMs?: number;
}

/** What a service tells the process that forked it, if one did. */
export type ServiceMessage = { blipq: 'ready' } | { blipq: 'failed'; message: string };

/**
 * Under `npm`, one Ctrl-C arrives twice: from the terminal and again from npm. A signal that follows another within
 * this time is the same wish, not impatience.
 */
const sameSignalMs = 500;

/**
 * Runs a process: composes its parts, starts them in order, and stops them in reverse on SIGTERM, SIGINT, SIGHUP or
 * the death of the process that forked it. The one place in a process that owns signals and the exit code: 0 after
 * an orderly stop, 1 after a failure, 128 + n when a second signal n cuts the stop short.
 *
 * A failed start is one line on standard error (or one message to the parent); only a bug prints its stack.
 */
export async function runService(
  compose: (context: ServiceContext) => ServicePart[] | Promise<ServicePart[]>,
  { stopDeadlineMs = 25_000 }: ServiceOptions = {},
): Promise<void> {
  const asked = new AbortController();
  const begun: ServicePart[] = [];
  let exitCode = 0;
  let deadlineMs = stopDeadlineMs;

  const stop = async (code: number) => {
    exitCode = Math.max(exitCode, code);
    if (asked.signal.aborted) return;
    asked.abort();
    setTimeout(() => {
      report(new StartupError(`did not stop within ${deadlineMs / 1000} s`));
      process.exit(1);
    }, deadlineMs).unref();
    for (const part of begun.reverse()) {
      try {
        await part.stop();
      } catch (error) {
        exitCode = 1;
        report(error as Error);
      }
    }
    process.exit(exitCode);
  };
  const fail = (error: Error) => {
    if (!asked.signal.aborted) report(error);
    void stop(1);
  };
  const stopWithin = (ms: number) => {
    deadlineMs = ms;
  };
  ownSignals(() => void stop(0));
  process.once('disconnect', () => void stop(0));
  process.on('uncaughtException', fail);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedTerminal);

  try {
    for (const part of await compose({ stopping: asked.signal, stopWithin, fail })) {
      if (asked.signal.aborted) return;
      begun.push(part);
      await part.start();
    }
    if (!asked.signal.aborted) tellParent({ blipq: 'ready' });
  } catch (error) {
    if (!asked.signal.aborted) fail(error as Error);
  }
}

function ownSignals(stop: () => void): void {
  let firstAtMs: number | undefined;
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const) {
    process.on(signal, () => {
      if (firstAtMs !== undefined && performance.now() - firstAtMs > sameSignalMs) process.exit(128 + number);
      firstAtMs ??= performance.now();
      stop();
    });
  }
}

/** Whoever read our output is gone, which is no reason to skip an orderly stop. */
function ignoreClosedTerminal(): void {}

function report(error: Error): void {
  const text = error instanceof StartupError ? error.message : (error.stack ?? String(error));
  if (!tellParent({ blipq: 'failed', message: text })) process.stderr.write(`blipq: ${text}\n`);
}

function tellParent(message: ServiceMessage): boolean {
  if (!process.connected) return false;
  return process.send?.(message) !== undefined;
}
