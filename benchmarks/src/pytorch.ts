import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { newTokens } from './bench-options.js';

export type PyTorchDtype = 'float32' | 'bfloat16';

export interface PyTorchVersions {
  torch: string;
  transformers: string;
}

export interface PyTorchRun {
  encodeMs: number;
  decodeMs: number;
  cpuMs: number;
  tokenIds: number[];
  memory: { anon: number; file: number };
}

const program = fileURLToPath(new URL('../pytorch_blip.py', import.meta.url));

/** The first Python that has torch and transformers. */
export async function findPython(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const candidates = env.BLIPQ_BENCH_PYTHON ? [env.BLIPQ_BENCH_PYTHON] : ['python3', 'python'];
  const check = 'import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, ["torch", "transformers"])))';
  for (const python of candidates) {
    const works = await promisify(execFile)(python, ['-c', check]).then(
      () => true,
      () => false,
    );
    if (works) return python;
  }
  return undefined;
}

/** BLIP in PyTorch, in a process that stays: loading takes it longer than a round of everything else. */
export class PyTorchModel {
  readonly versions: PyTorchVersions;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, versions: PyTorchVersions) {
    this.#child = child;
    this.#lines = lines;
    this.versions = versions;
  }

  static async load(
    python: string,
    order: { checkpoint: string; dtype: PyTorchDtype; threads: number; images: string },
  ): Promise<PyTorchModel> {
    const args = [program, order.checkpoint, order.dtype, order.threads, order.images, newTokens].map(String);
    const child = spawn(python, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { torch, transformers } = await nextLine<PyTorchVersions>(lines);
    return new PyTorchModel(child, lines, { torch, transformers });
  }

  async caption(batch: number): Promise<PyTorchRun> {
    this.#child.stdin!.write(`${JSON.stringify({ batch })}\n`);
    return await nextLine<PyTorchRun>(this.#lines);
  }

  async stop(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.stdin!.end();
    await exit;
  }
}

async function nextLine<T>(lines: AsyncIterator<string>): Promise<T> {
  const { value, done } = await lines.next();
  if (done) throw new Error('PyTorch ended; its message is above');
  return JSON.parse(value) as T;
}
