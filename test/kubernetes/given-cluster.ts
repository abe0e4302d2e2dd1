import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster } from './cluster.js';
import { addStandInKinds } from './stand-in-kinds.js';

/** The KUBECONFIG of a cluster that BLIPQ_DISPOSABLE_CLUSTER=1 gives to the tests, or undefined. */
export const given: string | undefined =
  process.env.BLIPQ_DISPOSABLE_CLUSTER === '1' ? process.env.KUBECONFIG : undefined;

/** A cluster that is not the tests' own: what they make in it has no namesake there, and goes when they end. */
export class GivenCluster extends Cluster {
  readonly #namespaces: readonly string[];
  #definitions: string[] = [];

  private constructor(dir: string, kubeconfig: string, namespaces: readonly string[]) {
    const helm = { HELM_CACHE_HOME: dir, HELM_CONFIG_HOME: dir, HELM_DATA_HOME: dir };
    super(dir, kubeconfig, { ...process.env, ...helm });
    this.#namespaces = namespaces;
  }

  /**
   * @param namespaces those that will be made and, by `stop`, deleted
   * @throws Error before anything is made, if the cluster does not answer or has one of them
   */
  static async start(kubeconfig: string, namespaces: readonly string[]): Promise<GivenCluster> {
    const cluster = new GivenCluster(await mkdtemp(join(tmpdir(), 'blipq-cluster-')), kubeconfig, namespaces);
    try {
      cluster.#refuseNamesakes();
      cluster.#definitions = addStandInKinds(cluster);
    } catch (error) {
      await Cluster.prototype.stop.call(cluster);
      throw error;
    }
    return cluster;
  }

  #refuseNamesakes(): void {
    // Without a context, clients would take the cluster that they run in.
    const context = this.kubectl(['config', 'current-context']);
    if (context.status !== 0)
      throw new Error(`KUBECONFIG=${this.kubeconfig} names no cluster: ${context.stderr.trim()}`);
    const { status, stdout, stderr } = this.kubectl(['get', 'namespaces', '-o', 'name', '--request-timeout=30s']);
    if (status !== 0) throw new Error(`KUBECONFIG=${this.kubeconfig} reaches no cluster: ${stderr.trim()}`);
    const there = this.#namespaces.filter((name) => stdout.split('\n').includes(`namespace/${name}`));
    if (there.length === 0) return;
    const names = there.join(' ');
    throw new Error(
      `The cluster of KUBECONFIG=${this.kubeconfig} has ${names} already, which these tests would delete. Take another ` +
        `cluster, or if nothing there is needed: kubectl delete namespace ${names}`,
    );
  }

  override async stop(): Promise<void> {
    try {
      const gone = ['--ignore-not-found', '--timeout=300s'];
      this.done('delete', 'namespace', ...this.#namespaces, ...gone);
      if (this.#definitions.length > 0) this.done('delete', ...this.#definitions, ...gone);
    } finally {
      await super.stop();
    }
  }
}
