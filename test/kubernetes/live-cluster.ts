import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { HubServer } from '../../packages/hub/src/testing/hub-server.js';
import type { OwnAuthority } from '../../packages/test-servers/src/own-authority.js';
import { ControlPlane, controllers, missing as missingPlane } from './control-plane.js';
import type { KubeObject } from './kubelet/kube-api.js';
import { Kubelet } from './kubelet/kubelet.js';

/** Why there is none, or undefined. */
export const missing: string | undefined =
  missingPlane ?? (controllers ? undefined : 'no kube-controller-manager and kube-scheduler');

export const namespace = 'blipq';
/** What the Hub of the test serves the bundled demo model as. */
export const model = 'Salesforce/blip-image-captioning-large';
const demo = fileURLToPath(new URL('../../models/demo', import.meta.url));

/** A control plane whose pods run as processes on three nodes, with a volume for models and a Hub to get them from. */
export class LiveCluster {
  readonly #dir = mkdtempSync(join(tmpdir(), 'blipq-live-'));

  private constructor(
    readonly plane: ControlPlane,
    readonly hub: HubServer,
    readonly kubelet: Kubelet,
  ) {}

  /** @param authority as `ControlPlane.start` takes it */
  static async start(authority?: OwnAuthority): Promise<LiveCluster> {
    const plane = await ControlPlane.start(authority);
    const hub = await HubServer.start();
    const files = readdirSync(demo, { withFileTypes: true }).filter((entry) => entry.isFile());
    hub.publish(model, Object.fromEntries(files.map(({ name }) => [name, readFileSync(join(demo, name))])));
    const machine = { HF_ENDPOINT: hub.endpoint, BLIPQ_PRECISION: 'fp32', BLIPQ_THREADS: '1' };
    const kubelet = await Kubelet.start(plane.api(), ['node-1', 'node-2', 'node-3'], machine);
    const cluster = new LiveCluster(plane, hub, kubelet);
    mkdirSync(join(cluster.#dir, 'models'));
    plane.kubectl(['apply', '-f', '-'], JSON.stringify(storage(join(cluster.#dir, 'models'))));
    return cluster;
  }

  /** What a client prints that has to succeed. */
  async done(name: 'kubectl' | 'helm', ...args: string[]): Promise<string> {
    const outcome = await this.plane.run(name, args);
    expect(outcome, `${name} ${args.join(' ')}\n${this.kubelet.logs}`).toMatchObject({ status: 0 });
    return outcome.stdout;
  }

  /** What `kubectl` prints in the namespace of the release. */
  async kubectl(...args: string[]): Promise<string> {
    return await this.done('kubectl', '-n', namespace, ...args);
  }

  /** A component's pods that are not about to go. */
  async podsOf(component: string): Promise<KubeObject[]> {
    const selector = `app.kubernetes.io/component=${component}`;
    const listed = await this.kubectl('get', 'pods', '-l', selector, '-o', 'json');
    return JSON.parse(listed).items.filter(({ metadata }: KubeObject) => metadata.deletionTimestamp === undefined);
  }

  async stop(): Promise<void> {
    await this.kubelet.stop();
    await this.plane.stop();
    await this.hub.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

/** A class that is the default, and a folder as its one volume: no provisioner is needed. */
function storage(folder: string) {
  const metadata = { name: 'folder' };
  const isDefault = { 'storageclass.kubernetes.io/is-default-class': 'true' };
  const storageClass = {
    ...{ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', provisioner: 'kubernetes.io/no-provisioner' },
    metadata: { ...metadata, annotations: isDefault },
  };
  const volume = {
    ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata },
    spec: {
      ...{ capacity: { storage: '20Gi' }, accessModes: ['ReadWriteMany'], storageClassName: 'folder' },
      hostPath: { path: folder },
    },
  };
  return { apiVersion: 'v1', kind: 'List', items: [storageClass, volume] };
}
