import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { findClient } from '../../tools/kubernetes-clients.mjs';

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A Kubernetes as its clients see it. */
export class Cluster {
  readonly #environment: NodeJS.ProcessEnv;

  /**
   * @param dir a folder of its own, which `stop` removes
   * @param kubeconfig the path of the clients' configuration
   * @param environment the clients' further variables, PATH among them
   */
  constructor(
    protected readonly dir: string,
    readonly kubeconfig: string,
    environment: NodeJS.ProcessEnv,
  ) {
    this.#environment = { ...environment, KUBECONFIG: kubeconfig };
  }

  kubectl(args: string[], input?: string): Outcome {
    return this.#client('kubectl', args, input);
  }

  /** What `kubectl` prints. @throws Error with its complaint where it fails */
  done(...args: string[]): string {
    const { status, stdout, stderr } = this.kubectl(args);
    if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  helm(args: string[], input?: string): Outcome {
    return this.#client('helm', args, input);
  }

  #client(name: 'kubectl' | 'helm', args: string[], input?: string): Outcome {
    const env = this.#environment;
    const { status, stdout, stderr } = spawnSync(findClient(name)!, args, { encoding: 'utf8', input, env });
    return { status, stdout, stderr };
  }

  /** The same while this process goes on: kubelets and clients that are in it. */
  async run(name: 'kubectl' | 'helm', args: string[]): Promise<Outcome> {
    return await outcomeOf(
      spawn(findClient(name)!, args, { env: this.#environment, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
  }

  /** A command of a page, where `helm` and `kubectl` are those of the tests and mean this cluster. */
  async shell(command: string, cwd: string): Promise<Outcome> {
    const clients = join(this.dir, 'clients');
    await mkdir(clients, { recursive: true });
    for (const name of ['helm', 'kubectl'] as const) {
      await symlink(which(findClient(name)!), join(clients, name)).catch(ignoreThere);
    }
    const env = { ...this.#environment, PATH: `${clients}:${this.#environment.PATH}` };
    return await outcomeOf(spawn('bash', ['-ec', command], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  /** Objects as plain JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: any kind of object
  list(...args: string[]): any[] {
    return JSON.parse(this.done('get', ...args, '-o', 'json')).items;
  }

  async stop(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }
}

async function outcomeOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Outcome> {
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { status: child.exitCode, stdout, stderr };
}

/** The path of a program, which may be a name on the PATH. */
function which(program: string): string {
  return spawnSync('/bin/sh', ['-c', 'command -v "$0"', program], { encoding: 'utf8' }).stdout.trim();
}

function ignoreThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
