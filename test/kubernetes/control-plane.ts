import { type ChildProcess, type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, vi } from 'vitest';
import { freePort } from '../../packages/test-servers/src/free-port.js';
import { findClient } from '../../tools/kubernetes-clients.mjs';
import { KubeApi } from './kubelet/kube-api.js';

/** The convention of envtest for where the programs are. */
const assets = process.env.KUBEBUILDER_ASSETS ?? '';
const needed = ['etcd', 'kube-apiserver'] as const;
const further = ['kube-controller-manager', 'kube-scheduler'] as const;
type Program = (typeof needed)[number] | (typeof further)[number];
const path = (program: Program) => join(assets, program);
const isThere = (program: Program) => existsSync(path(program));

/** Why there is none, or undefined. */
export const missing: string | undefined = reason();

/** Whether pods are made and scheduled, too; without those programs objects are kept and no more. */
export const controllers: boolean = further.every(isThere);

function reason(): string | undefined {
  if (assets === '') return 'KUBEBUILDER_ASSETS names no folder with etcd and kube-apiserver';
  const absent = needed.filter((program) => !isThere(program));
  if (absent.length > 0) return `KUBEBUILDER_ASSETS (${assets}) has no ${absent.join(', ')}`;
  const clients = (['kubectl', 'helm'] as const).filter((name) => findClient(name) === undefined);
  return clients.length > 0 ? `there is no ${clients.join(' and no ')}` : undefined;
}

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A Kubernetes of a test's own, on loopback, without nodes: pods run where a Kubelet is started beside it. */
export class ControlPlane {
  readonly #dir: string;
  readonly #servers: ChildProcess[] = [];
  #url = '';

  private constructor(dir: string) {
    this.#dir = dir;
  }

  static async start(): Promise<ControlPlane> {
    const plane = new ControlPlane(await mkdtemp(join(tmpdir(), 'blipq-control-plane-')));
    await plane.#start();
    return plane;
  }

  async #start(): Promise<void> {
    const [client, peer, api] = [await freePort(), await freePort(), await freePort()];
    const etcd = `http://127.0.0.1:${client}`;
    const peers = `http://127.0.0.1:${peer}`;
    this.#run('etcd', [
      ...['--data-dir', join(this.#dir, 'etcd'), '--unsafe-no-fsync', '--listen-client-urls', etcd],
      ...['--advertise-client-urls', etcd, '--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers],
      ...['--initial-cluster', `default=${peers}`],
    ]);
    this.#url = `https://127.0.0.1:${api}`;
    const key = join(this.#dir, 'service-accounts.key');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await writeFile(key, privateKey.export({ type: 'pkcs1', format: 'pem' }));
    await writeFile(join(this.#dir, 'tokens.csv'), 'test,admin,1,system:masters\n');
    await writeFile(this.#kubeconfig, this.#configuration());
    this.#run('kube-apiserver', [
      ...['--etcd-servers', etcd, '--bind-address', '127.0.0.1', '--secure-port', String(api)],
      ...['--cert-dir', join(this.#dir, 'certificates'), '--token-auth-file', join(this.#dir, 'tokens.csv')],
      ...['--authorization-mode', 'RBAC', '--service-cluster-ip-range', '10.0.0.0/24', '--allow-privileged=true'],
      ...['--service-account-key-file', key, '--service-account-signing-key-file', key],
      ...['--service-account-issuer', 'https://kubernetes.default.svc'],
      // It keeps volumes until a controller lets them go, which may not be there.
      '--disable-admission-plugins=StorageObjectInUseProtection',
    ]);
    await vi.waitFor(async () => expect(await this.#isReady()).toBe(true), { timeout: 150_000, interval: 200 });
    if (!controllers) return;
    const own = ['--kubeconfig', this.#kubeconfig, '--leader-elect=false', '--secure-port=0'];
    this.#run('kube-controller-manager', [...own, '--service-account-private-key-file', key]);
    this.#run('kube-scheduler', own);
  }

  get #kubeconfig(): string {
    return join(this.#dir, 'kubeconfig');
  }

  #configuration(): string {
    const cluster = { name: 'test', cluster: { server: this.#url, 'insecure-skip-tls-verify': true } };
    const context = { name: 'test', context: { cluster: 'test', user: 'test' } };
    return JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'test' },
      ...{ clusters: [cluster], contexts: [context], users: [{ name: 'test', user: { token: 'test' } }] },
    });
  }

  #run(program: Program, args: string[]): void {
    this.#servers.push(spawn(path(program), args, { stdio: 'ignore' }));
  }

  async #isReady(): Promise<boolean> {
    const options = { rejectUnauthorized: false, headers: { authorization: 'Bearer test' } };
    return await new Promise((resolve) => {
      request(`${this.#url}/readyz`, options, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      })
        .on('error', () => resolve(false))
        .end();
    });
  }

  kubectl(args: string[], input?: string): Outcome {
    return this.#client('kubectl', args, input);
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
    const clients = join(this.#dir, 'clients');
    await mkdir(clients, { recursive: true });
    for (const name of ['helm', 'kubectl'] as const) {
      await symlink(which(findClient(name)!), join(clients, name)).catch(ignoreThere);
    }
    const env = { ...this.#environment, PATH: `${clients}:/usr/bin:/bin` };
    return await outcomeOf(spawn('bash', ['-ec', command], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  get #environment() {
    return { PATH: '/usr/bin:/bin', HOME: this.#dir, KUBECONFIG: this.#kubeconfig };
  }

  /** For kubelets. */
  api(): KubeApi {
    return new KubeApi(this.#url, 'test');
  }

  /** Objects as plain JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: any kind of object
  list(...args: string[]): any[] {
    const { status, stdout, stderr } = this.kubectl(['get', ...args, '-o', 'json']);
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout).items;
  }

  async stop(): Promise<void> {
    for (const server of this.#servers.reverse()) {
      if (server.exitCode !== null || server.signalCode !== null) continue;
      const gone = once(server, 'exit');
      server.kill('SIGKILL');
      await gone;
    }
    await rm(this.#dir, { recursive: true, force: true });
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
