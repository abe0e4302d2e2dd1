import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { newTokens } from './bench-options.js';
import { type Peer, type PeerName, packages } from './peers.js';
import type { BenchPrecision, EngineName } from './results.js';

export interface PeerRun {
  encodeMs: number;
  decodeMs: number;
  cpuMs: number;
  /** Of each image. */
  tokenIds: number[][];
  memory: { anon: number; file: number };
}

interface Ready {
  versions: Record<string, string>;
}

const programs = fileURLToPath(new URL('../peers/', import.meta.url));
const installed = fileURLToPath(new URL('../../.blipq/peers/bin/python', import.meta.url));

/** The first Python that has what a peer needs. */
export async function findPython(peer: PeerName, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const found = existsSync(installed) ? [installed] : ['python3', 'python'];
  const candidates = env.BLIPQ_BENCH_PYTHON ? [env.BLIPQ_BENCH_PYTHON] : found;
  const check = `import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, ${JSON.stringify(packages[peer])})))`;
  for (const python of candidates) {
    const works = await promisify(execFile)(python, ['-c', check]).then(
      () => true,
      () => false,
    );
    if (works) return python;
  }
  return undefined;
}

export interface PeerOrder {
  checkpoint: string;
  threads: number;
  images: string;
  /** Where a peer keeps what it makes of the checkpoint. */
  folder: string;
}

/** BLIP in another engine, in a process that stays: loading takes some of them longer than a round of everything else. */
export class PeerModel {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(
    readonly engine: EngineName,
    readonly precision: BenchPrecision,
    readonly versions: Readonly<Record<string, string>>,
    child: ChildProcess,
    lines: AsyncIterator<string>,
  ) {
    this.#child = child;
    this.#lines = lines;
  }

  /** @throws Error if the program ends before it is ready; its own message is on standard error */
  static async load(
    python: string,
    { engine, program, precision }: Pick<Peer, 'engine' | 'program'> & { precision: BenchPrecision },
    { checkpoint, threads, images, folder }: PeerOrder,
  ): Promise<PeerModel> {
    const args = [program, precision, checkpoint, images, newTokens, threads, join(folder, program)].map(String);
    const child = spawn(python, [join(programs, 'peer.py'), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { versions } = await nextLine<Ready>(lines, engine);
    return new PeerModel(engine, precision, versions, child, lines);
  }

  /** @param embeds where the image embeddings go, float32 [batch, N, D] */
  async caption(batch: number, embeds?: string): Promise<PeerRun> {
    this.#child.stdin!.write(`${JSON.stringify({ batch, embeds })}\n`);
    return await nextLine<PeerRun>(this.#lines, this.engine);
  }

  async stop(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.stdin!.end();
    await exit;
  }
}

/** The next line of JSON: libraries print lines of their own, too. */
async function nextLine<T>(lines: AsyncIterator<string>, engine: string): Promise<T> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${engine} ended; its message is above`);
    if (value.startsWith('{')) return JSON.parse(value) as T;
  }
}
