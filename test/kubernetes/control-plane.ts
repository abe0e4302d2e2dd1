import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { freePort } from '../../packages/test-servers/src/free-port.js';
import type { OwnAuthority } from '../../packages/test-servers/src/own-authority.js';
import { findClient } from '../../tools/kubernetes-clients.mjs';
import { Cluster } from './cluster.js';
import { KubeApi } from './kubelet/kube-api.js';
import { killed } from './programs.js';

/** The convention of envtest for where the programs are. */
export const assets: string = process.env.KUBEBUILDER_ASSETS ?? '';
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

/** Where the API server asks others, they know it by a certificate of the authority. */
function aggregation(authority: OwnAuthority): string[] {
  return [
    ...['--requestheader-client-ca-file', authority.file, '--requestheader-username-headers=X-Remote-User'],
    ...['--requestheader-group-headers=X-Remote-Group', '--requestheader-extra-headers-prefix=X-Remote-Extra-'],
    ...['--proxy-client-cert-file', authority.certificate, '--proxy-client-key-file', authority.key],
  ];
}

/** A Kubernetes of a test's own, on loopback, without nodes: pods run where a Kubelet is started beside it. */
export class ControlPlane extends Cluster {
  readonly #servers: ChildProcess[] = [];
  #url = '';

  private constructor(dir: string) {
    super(dir, join(dir, 'kubeconfig'), { PATH: '/usr/bin:/bin', HOME: dir });
  }

  /** @param authority says to API servers of others, such as one with metrics, that it is this one that asks them */
  static async start(authority?: OwnAuthority): Promise<ControlPlane> {
    const plane = new ControlPlane(await mkdtemp(join(tmpdir(), 'blipq-control-plane-')));
    await plane.#start(authority);
    return plane;
  }

  async #start(authority: OwnAuthority | undefined): Promise<void> {
    const [client, peer, api] = [await freePort(), await freePort(), await freePort()];
    const etcd = `http://127.0.0.1:${client}`;
    const peers = `http://127.0.0.1:${peer}`;
    this.#run('etcd', [
      ...['--data-dir', join(this.dir, 'etcd'), '--unsafe-no-fsync', '--listen-client-urls', etcd],
      ...['--advertise-client-urls', etcd, '--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers],
      ...['--initial-cluster', `default=${peers}`],
    ]);
    this.#url = `https://127.0.0.1:${api}`;
    const key = join(this.dir, 'service-accounts.key');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await writeFile(key, privateKey.export({ type: 'pkcs1', format: 'pem' }));
    await writeFile(join(this.dir, 'tokens.csv'), 'test,admin,1,system:masters\n');
    await writeFile(this.kubeconfig, this.#configuration());
    this.#run('kube-apiserver', [
      ...['--etcd-servers', etcd, '--bind-address', '127.0.0.1', '--secure-port', String(api)],
      ...['--cert-dir', join(this.dir, 'certificates'), '--token-auth-file', join(this.dir, 'tokens.csv')],
      ...['--authorization-mode', 'RBAC', '--service-cluster-ip-range', '10.0.0.0/24', '--allow-privileged=true'],
      ...['--service-account-key-file', key, '--service-account-signing-key-file', key],
      ...['--service-account-issuer', 'https://kubernetes.default.svc'],
      // It keeps volumes until a controller lets them go, which may not be there.
      '--disable-admission-plugins=StorageObjectInUseProtection',
      ...(authority === undefined ? [] : aggregation(authority)),
    ]);
    await vi.waitFor(async () => expect(await this.#isReady()).toBe(true), { timeout: 150_000, interval: 200 });
    if (!controllers) return;
    const own = ['--kubeconfig', this.kubeconfig, '--leader-elect=false', '--secure-port=0'];
    const oftener = '--horizontal-pod-autoscaler-sync-period=2s';
    this.#run('kube-controller-manager', [...own, '--service-account-private-key-file', key, oftener]);
    this.#run('kube-scheduler', own);
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

  /** For kubelets. */
  api(): KubeApi {
    return new KubeApi(this.#url, 'test');
  }

  override async stop(): Promise<void> {
    await killed(this.#servers.reverse());
    await super.stop();
  }
}
