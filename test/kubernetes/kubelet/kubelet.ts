import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { KubeApi, KubeEvent, KubeObject } from './kube-api.js';
import { PodRunner } from './pod-runner.js';
import { ServiceProxy } from './service-proxy.js';

const heartbeatMs = 10_000;

/**
 * The kubelets of a few nodes of a test's own control plane. Pods run as processes of this machine: their images are the
 * checkout, their volumes folders, their addresses on loopback; no user, limit, policy of networks or read-only root
 * holds them.
 */
export class Kubelet {
  readonly services = new ServiceProxy();
  readonly #api: KubeApi;
  readonly #nodes: readonly string[];
  readonly #dir = mkdtempSync(join(tmpdir(), 'blipq-kubelet-'));
  readonly #pods = new Map<string, { runner: PodRunner; name: string; ended?: Promise<void> }>();
  readonly #stopping = new AbortController();
  readonly #tasks: Promise<unknown>[] = [];
  #addresses = 0;
  /** What went wrong in the kubelet itself. */
  #troubles = '';

  private constructor(
    api: KubeApi,
    nodes: readonly string[],
    readonly machine: Record<string, string>,
  ) {
    this.#api = api;
    this.#nodes = nodes;
  }

  /** @param machine variables for every container that has no others of their names: what the nodes are like */
  static async start(api: KubeApi, nodes: readonly string[], machine: Record<string, string>): Promise<Kubelet> {
    const kubelet = new Kubelet(api, nodes, machine);
    for (const name of nodes) await kubelet.#register(name);
    const { signal } = kubelet.#stopping;
    kubelet.#tasks.push(
      api.watch('/api/v1/pods', (event) => kubelet.#onPod(event), signal),
      api.watch('/apis/discovery.k8s.io/v1/endpointslices', (event) => kubelet.services.learn(event), signal),
      kubelet.#beat(),
    );
    return kubelet;
  }

  /** The pods that run here, by name. */
  get pods(): string[] {
    return [...this.#pods.values()].map(({ name }) => name);
  }

  /** What each pod printed last. */
  get logs(): string {
    const pods = [...this.#pods.values()].map(({ name, runner }) => `--- ${name}\n${runner.log}`);
    return [this.#troubles, ...pods].join('\n');
  }

  async #register(name: string): Promise<void> {
    const metadata = { name, labels: { 'kubernetes.io/hostname': name } };
    await this.#api.call('POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata });
    await this.#reportNode(name);
  }

  async #reportNode(name: string): Promise<void> {
    const now = new Date().toISOString();
    const all = { cpu: '64', memory: '256Gi', pods: '110', 'ephemeral-storage': '100Gi' };
    const ready = { type: 'Ready', status: 'True', lastHeartbeatTime: now, reason: 'KubeletReady', message: 'ready' };
    const status = { capacity: all, allocatable: all, conditions: [ready] };
    await this.#api.callIfThere('PATCH', `/api/v1/nodes/${name}/status`, { status });
  }

  async #beat(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      for (const name of this.#nodes) await this.#reportNode(name).catch(() => undefined);
      await delay(heartbeatMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #onPod({ type, object: pod }: KubeEvent): void {
    if (type === 'ERROR' || type === 'BOOKMARK' || !this.#nodes.includes(pod.spec?.nodeName)) return;
    const { uid, deletionTimestamp } = pod.metadata;
    const known = this.#pods.get(uid);
    if (type === 'DELETED' || deletionTimestamp !== undefined) {
      const graceMs = type === 'DELETED' ? 0 : (pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000;
      if (known !== undefined) known.ended ??= this.#end(pod, known.runner, graceMs);
      else if (type !== 'DELETED') void this.#remove(pod);
    } else if (known === undefined && !['Succeeded', 'Failed'].includes(pod.status?.phase)) {
      this.#addresses += 1;
      const podIP = `10.244.${Math.floor(this.#addresses / 250)}.${(this.#addresses % 250) + 1}`;
      const runner = new PodRunner({ api: this.#api, pod, podIP, dir: join(this.#dir, uid), machine: this.machine });
      this.#pods.set(uid, { runner, name: pod.metadata.name });
    }
  }

  async #end(pod: KubeObject, runner: PodRunner, graceMs: number): Promise<void> {
    await runner.stop(graceMs);
    await this.#remove(pod);
    this.#pods.delete(pod.metadata.uid);
  }

  async #remove({ metadata: { namespace, name, uid } }: KubeObject): Promise<void> {
    const options = { gracePeriodSeconds: 0, preconditions: { uid } };
    await this.#api.callIfThere('DELETE', `/api/v1/namespaces/${namespace}/pods/${name}`, options).catch((error) => {
      this.#troubles += `${error}\n`;
    });
  }

  /** Kills what runs. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#pods.values()].map(({ runner }) => runner.stop(0)));
    await Promise.allSettled(this.#tasks);
    this.services.close();
    this.#api.close();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
