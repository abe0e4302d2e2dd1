import { setTimeout as delay } from 'node:timers/promises';
import { Container } from './container.js';
import { environmentOf, expanded } from './environment.js';
import { imageOf } from './image.js';
import type { KubeApi, KubeObject } from './kube-api.js';
import { type ContainerState, type PodState, podStatus } from './pod-status.js';
import { probe, startedUp } from './probe.js';
import { foldersOf, placed } from './volumes.js';

/** The address by which the cluster knows a pod; on this machine it has the one that begins with 127 instead of 10. */
export const onLoopback = (podIP: string): string => podIP.replace(/^10\./, '127.');

export interface PodOptions {
  api: KubeApi;
  pod: KubeObject;
  podIP: string;
  /** Where the pod's own volumes lie. */
  dir: string;
  machine: Record<string, string>;
}

/** One pod's life: init containers in turn, then its containers, restarted as the pod says, until it is stopped. */
export class PodRunner {
  readonly #options: PodOptions;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Container>();
  readonly #state: PodState;
  readonly #life: Promise<void>;
  #reported = Promise.resolve();
  #folders: Record<string, string> = {};
  #log = '';

  constructor(options: PodOptions) {
    this.#options = options;
    const { initContainers = [], containers } = options.pod.spec;
    this.#state = {
      ...{ phase: 'Pending', initialized: false },
      init: initContainers.map(waiting),
      containers: containers.map(waiting),
    };
    this.#life = this.#live().catch((error) => this.#say(String(error)));
  }

  /** What its containers printed last, and what this kubelet has to say. */
  get log(): string {
    return [this.#log, ...[...this.#running].map(({ log }) => log)].join('');
  }

  /** Ends it as a kubelet does: SIGTERM, the grace period, SIGKILL. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#running].map((container) => container.stop(graceMs)));
    await this.#life;
    await this.#reported;
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #live(): Promise<void> {
    const { spec } = this.#options.pod;
    this.#folders = await foldersOf(this.#options.api, this.#options.pod, this.#options.dir);
    for (const [index, container] of (spec.initContainers ?? []).entries()) {
      const code = await this.#runContainer(container, this.#state.init[index]!, true);
      if (this.#isStopping) return;
      if (code !== 0) return this.#finish('Failed');
    }
    this.#state.initialized = true;
    this.#state.phase = 'Running';
    const codes = await Promise.all(
      spec.containers.map((one: KubeObject, index: number) =>
        this.#runContainer(one, this.#state.containers[index]!, false),
      ),
    );
    if (!this.#isStopping) this.#finish(codes.every((code) => code === 0) ? 'Succeeded' : 'Failed');
  }

  #finish(phase: PodState['phase']): void {
    this.#state.phase = phase;
    this.#report();
  }

  /** Runs a container until it has ended for good, and returns its last exit code. */
  async #runContainer(container: KubeObject, state: ContainerState, isInit: boolean): Promise<number> {
    const { restartPolicy = 'Always' } = this.#options.pod.spec;
    for (;;) {
      const code = await this.#runOnce(container, state);
      const isDone = code === 0 ? isInit || restartPolicy !== 'Always' : restartPolicy === 'Never';
      if (this.#isStopping || isDone) return code;
      state.restarts += 1;
      await delay(1000, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (this.#isStopping) return code;
    }
  }

  async #runOnce(spec: KubeObject, state: ContainerState): Promise<number> {
    const { api, pod, podIP, machine } = this.#options;
    const image = imageOf(spec.image);
    const address = onLoopback(podIP);
    const own = await environmentOf(api, pod, spec, address);
    const env = Object.fromEntries(
      Object.entries({ PATH: process.env.PATH ?? '', ...image.env, ...machine, HOST: address, ...own }).map(
        ([name, value]) => [name, placed(value, spec, this.#folders)],
      ),
    );
    const command = (spec.command ?? image.command).map((word: string) =>
      placed(expanded(word, own), spec, this.#folders),
    );
    const container = new Container({ command, workdir: image.workdir, env });
    this.#running.add(container);
    Object.assign(state, {
      state: 'running',
      startedAt: container.startedAt,
      ready: spec.readinessProbe === undefined,
    });
    this.#report();
    const probing = new AbortController();
    void this.#watchHealth(spec, state, container, AbortSignal.any([probing.signal, this.#stopping.signal]));
    const exitCode = await container.exited;
    probing.abort();
    this.#running.delete(container);
    this.#say(`${spec.name} ended with ${exitCode}: ${container.log}`);
    Object.assign(state, { state: 'terminated', exitCode, ready: false });
    this.#report();
    return exitCode;
  }

  async #watchHealth(spec: KubeObject, state: ContainerState, container: Container, signal: AbortSignal) {
    const originOf = ({ httpGet }: KubeObject) => {
      const port = spec.ports?.find(({ name }: KubeObject) => name === httpGet.port)?.containerPort ?? httpGet.port;
      return `http://${onLoopback(this.#options.podIP)}:${port}`;
    };
    const { startupProbe: startup, livenessProbe: liveness, readinessProbe: readiness } = spec;
    const isUp = startup === undefined || (await startedUp(startup, originOf(startup), signal));
    if (!isUp) return signal.aborted || container.kill();
    if (readiness !== undefined) {
      void probe(
        readiness,
        originOf(readiness),
        signal,
        counted(readiness, (ready) => {
          if (state.ready === ready) return;
          state.ready = ready;
          this.#report();
        }),
      );
    }
    if (liveness !== undefined) {
      void probe(
        liveness,
        originOf(liveness),
        signal,
        counted(liveness, (alive) => alive || container.kill()),
      );
    }
  }

  #say(line: string): void {
    this.#log = `${this.#log}${line}\n`.slice(-8000);
  }

  /** Tells the API server, in order. */
  #report(): void {
    const { api, pod, podIP } = this.#options;
    const { namespace, name } = pod.metadata;
    const status = podStatus(pod, structuredClone(this.#state), podIP);
    this.#reported = this.#reported
      .then(() => api.callIfThere('PATCH', `/api/v1/namespaces/${namespace}/pods/${name}/status`, { status }))
      .catch((error) => this.#say(String(error)));
  }
}

function waiting({ name, image }: KubeObject): ContainerState {
  return { name, image, state: 'waiting', ready: false, restarts: 0 };
}

/** Tells a success at once, and a failure after as many in a row as the probe says. */
function counted({ failureThreshold = 3 }: KubeObject, tell: (success: boolean) => void) {
  let failures = 0;
  return (success: boolean) => {
    failures = success ? 0 : failures + 1;
    if (success || failures >= failureThreshold) tell(success);
  };
}
