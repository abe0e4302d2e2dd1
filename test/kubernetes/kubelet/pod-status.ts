import type { KubeObject } from './kube-api.js';

/** What a kubelet says of one container. */
export interface ContainerState {
  name: string;
  image: string;
  state: 'waiting' | 'running' | 'terminated';
  ready: boolean;
  restarts: number;
  startedAt?: string;
  exitCode?: number;
}

export interface PodState {
  phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  initialized: boolean;
  init: ContainerState[];
  containers: ContainerState[];
}

/** The status of a pod, to be merged into it. */
export function podStatus(pod: KubeObject, state: PodState, podIP: string): KubeObject {
  const ready = state.phase === 'Running' && state.containers.every((one) => one.ready);
  const conditions = { PodScheduled: true, Initialized: state.initialized, ContainersReady: ready, Ready: ready };
  const before: KubeObject[] = pod.status?.conditions ?? [];
  const now = new Date().toISOString();
  const condition = (type: string, holds: boolean) => {
    const status = holds ? 'True' : 'False';
    const old = before.find((one) => one.type === type);
    return { type, status, lastTransitionTime: old?.status === status ? old.lastTransitionTime : now };
  };
  return {
    phase: state.phase,
    podIP,
    podIPs: [{ ip: podIP }],
    conditions: Object.entries(conditions).map(([type, holds]) => condition(type, holds)),
    initContainerStatuses: state.init.map(containerStatus),
    containerStatuses: state.containers.map(containerStatus),
  };
}

function containerStatus({ name, image, state, ready, restarts, startedAt, exitCode }: ContainerState): KubeObject {
  const states = {
    waiting: { waiting: { reason: 'PodInitializing' } },
    running: { running: { startedAt } },
    terminated: { terminated: { exitCode, startedAt, reason: exitCode === 0 ? 'Completed' : 'Error' } },
  };
  const started = state === 'running';
  return { name, image, imageID: image, ready, started, restartCount: restarts, state: states[state] };
}
