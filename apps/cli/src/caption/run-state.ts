import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** What a run has to remember for its resumption beside what it has written. */
export interface RunState {
  /** Part of every idempotency key: what the server has made for this run is not made again. */
  run: string;
  model: string;
  revision: string;
}

/** Where a run keeps its state, and its list of what is done where no output is such a list. */
export interface StateFiles {
  state: string;
  journal: string | undefined;
  /** Which images went to a server in which batch. */
  batches: string;
}

/**
 * @param out the output that lists what is done
 * @param asked what tells one run from another where there is no such output
 */
export function stateFiles(out: string | undefined, asked: unknown, stateFolder: string): StateFiles {
  if (out !== undefined) {
    const path = join(dirname(out), `.${basename(out)}`);
    return { state: `${path}.run`, journal: undefined, batches: `${path}.batches` };
  }
  const name = createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 32);
  mkdirSync(stateFolder, { recursive: true });
  const path = join(stateFolder, name);
  return { state: `${path}.run`, journal: `${path}.jsonl`, batches: `${path}.batches` };
}

/** The state of the run that is resumed, or of a new one. */
export function loadState(path: string, resume: boolean, model: { model: string; revision: string }): RunState {
  const kept = resume ? readState(path) : undefined;
  return kept ?? { run: randomUUID(), model: model.model, revision: model.revision };
}

function readState(path: string): RunState | undefined {
  try {
    const state = JSON.parse(readFileSync(path, 'utf8')) as RunState;
    return typeof state.run === 'string' ? state : undefined;
  } catch {
    // There was no such run, or it was killed before it had begun.
    return undefined;
  }
}

export function keepState(path: string, state: RunState): void {
  writeFileSync(path, JSON.stringify(state));
}

/** For a run that has nothing left to do. */
export function forgetState({ state, journal, batches }: StateFiles): void {
  for (const path of [state, journal, batches]) if (path) rmSync(path, { force: true });
}
