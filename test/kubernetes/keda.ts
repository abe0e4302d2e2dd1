import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { freePort } from '../../packages/test-servers/src/free-port.js';
import type { OwnAuthority } from '../../packages/test-servers/src/own-authority.js';
import { assets } from './control-plane.js';
import type { LiveCluster } from './live-cluster.js';
import { killed } from './programs.js';

const programs = ['keda-operator', 'keda-adapter'] as const;
const definitions = 'keda-crds';
const absent = [...programs, definitions].filter((name) => !existsSync(join(assets, name)));

/** Why there is no KEDA, or undefined. */
export const missing: string | undefined =
  absent.length > 0 ? `KUBEBUILDER_ASSETS has no ${absent.join(', ')}` : undefined;

const metrics = 'v1beta1.external.metrics.k8s.io';

/** KEDA's own operator and metrics adapter beside a cluster that was started with the same authority. */
export class Keda {
  readonly #dir = mkdtempSync(join(tmpdir(), 'blipq-keda-'));
  readonly #servers: ChildProcess[] = [];
  #log = '';

  static async start(cluster: LiveCluster, authority: OwnAuthority): Promise<Keda> {
    const keda = new Keda();
    await keda.#start(cluster, authority);
    return keda;
  }

  async #start({ plane, kubelet }: LiveCluster, authority: OwnAuthority): Promise<void> {
    copyFileSync(authority.file, join(this.#dir, 'ca.crt'));
    copyFileSync(authority.certificate, join(this.#dir, 'tls.crt'));
    copyFileSync(authority.key, join(this.#dir, 'tls.key'));
    plane.done('apply', '--server-side', '-f', join(assets, definitions));
    plane.done('wait', 'crd', '--all', '--for=condition=Established', '--timeout=120s');
    const [rpc, api, other] = [await freePort(), await freePort(), await freePort()];
    plane.done('create', 'namespace', 'keda');
    const env = {
      ...{ PATH: '/usr/bin:/bin', KUBECONFIG: plane.kubeconfig, HTTP_PROXY: await kubelet.services.openByName() },
      ...{ POD_NAMESPACE: 'keda', KEDA_CLUSTER_OBJECT_NAMESPACE: 'keda', WATCH_NAMESPACE: '' },
    };
    const nowhere = ['--metrics-bind-address=0', '--health-probe-bind-address=0'];
    const certificates = `--cert-dir=${this.#dir}`;
    this.#run('keda-operator', [...nowhere, certificates, `--metrics-service-bind-address=127.0.0.1:${rpc}`], env);
    const kubeconfigs = ['lister', 'authentication', 'authorization'].map(
      (whose) => `--${whose}-kubeconfig=${plane.kubeconfig}`,
    );
    this.#run(
      'keda-adapter',
      [
        ...[...kubeconfigs, certificates, '--bind-address=127.0.0.1', `--secure-port=${api}`, `--port=${other}`],
        `--metrics-service-address=127.0.0.1:${rpc}`,
      ],
      env,
    );
    const { status, stderr } = plane.kubectl(['apply', '-f', '-'], JSON.stringify(metricsApi(api)));
    expect(status, stderr).toBe(0);
    await vi.waitFor(() => plane.done('wait', 'apiservice', metrics, '--for=condition=Available', '--timeout=10s'), {
      timeout: 150_000,
    });
  }

  #run(program: (typeof programs)[number], args: string[], env: NodeJS.ProcessEnv): void {
    const server = spawn(join(assets, program), args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const output of [server.stdout, server.stderr])
      output.on('data', (chunk) => {
        this.#log = (this.#log + chunk).slice(-10_000);
      });
    this.#servers.push(server);
  }

  /** What it printed last. */
  get log(): string {
    return this.#log;
  }

  async stop(): Promise<void> {
    await killed(this.#servers);
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

/** Has the API server ask the adapter for metrics of others, at this machine's address. */
function metricsApi(port: number) {
  const service = { name: 'keda-metrics-apiserver', namespace: 'keda' };
  return {
    ...{ apiVersion: 'v1', kind: 'List' },
    items: [
      {
        ...{ apiVersion: 'v1', kind: 'Service', metadata: service },
        spec: { type: 'ExternalName', externalName: 'localhost' },
      },
      {
        ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: metrics } },
        spec: {
          ...{ group: 'external.metrics.k8s.io', version: 'v1beta1', service: { ...service, port } },
          ...{ insecureSkipTLSVerify: true, groupPriorityMinimum: 100, versionPriority: 100 },
        },
      },
    ],
  };
}
