export type VictimKind = 'gateway' | 'worker' | 'notifier' | 'redis' | 'receiver' | 'client' | 'tenant';

export interface FaultKind {
  victim: VictimKind;
  /** Shortest and longest duration, in milliseconds; of receivers' and tenants' faults how many messages it strikes. */
  range: readonly [number, number];
  /** Since when recovery is measured: a victim that is gone is replaced from the start of the fault on. */
  since: 'start' | 'end';
  /** Longest recovery that is allowed where times are checked, in milliseconds. */
  limitMs?: number;
  /** Whether who has work in hand dies of it: two of these may end a caption as failed. */
  deadly?: true;
  /**
   * Whether a worker may not hear that it was given work, which then stalls and counts as if the worker had died. One
   * such stall is granted to a caption; alone it ends nothing.
   */
  cutsAnswers?: true;
  /** Whether the clock of Redis steps, so that deadlines may pass early. */
  stepsClock?: true;
  /** No request may fail during it, and no attempt be spent. */
  harmless?: true;
  /** How often it comes, beside others. Default 1. */
  weight?: number;
}

/** Everything that is done to the system. */
export const faultKinds = {
  'worker-kill': { victim: 'worker', range: [0, 0], since: 'start', limitMs: 12_000, deadly: true, weight: 2 },
  'worker-freeze': { victim: 'worker', range: [500, 16_000], since: 'start' },
  'all-workers-freeze': { victim: 'worker', range: [1000, 6000], since: 'end', weight: 2 },
  'worker-partition': { victim: 'worker', range: [14_000, 18_000], since: 'start' },
  'worker-cut': { victim: 'worker', range: [200, 4000], since: 'end', cutsAnswers: true },
  'worker-slow-link': { victim: 'worker', range: [1000, 4000], since: 'end' },
  'worker-restart': { victim: 'worker', range: [0, 0], since: 'end', harmless: true },
  'worker-before-redis': { victim: 'worker', range: [1500, 4000], since: 'end', deadly: true },
  'worker-clock': { victim: 'worker', range: [2000, 4000], since: 'end' },
  'engine-kill': { victim: 'worker', range: [0, 0], since: 'start', limitMs: 3000, deadly: true, weight: 2 },
  'engine-hang': { victim: 'worker', range: [0, 0], since: 'start', deadly: true },
  'gateway-kill': { victim: 'gateway', range: [0, 0], since: 'start', weight: 2 },
  'gateway-freeze': { victim: 'gateway', range: [500, 13_000], since: 'end' },
  'gateway-partition': { victim: 'gateway', range: [1000, 5000], since: 'end' },
  'gateway-slow-link': { victim: 'gateway', range: [1000, 4000], since: 'end' },
  'gateway-before-redis': { victim: 'gateway', range: [1500, 4000], since: 'end', limitMs: 3000, cutsAnswers: true },
  'gateway-restart': { victim: 'gateway', range: [0, 0], since: 'end', harmless: true },
  'gateway-clock': { victim: 'gateway', range: [2000, 4000], since: 'end' },
  'notifier-kill': { victim: 'notifier', range: [0, 0], since: 'start' },
  'notifier-freeze': { victim: 'notifier', range: [500, 8000], since: 'end' },
  'notifier-partition': { victim: 'notifier', range: [1000, 5000], since: 'end' },
  'notifier-clock': { victim: 'notifier', range: [2000, 4000], since: 'end' },
  'redis-kill': { victim: 'redis', range: [1000, 8000], since: 'end', limitMs: 3000, cutsAnswers: true, weight: 2 },
  'redis-away': { victim: 'redis', range: [25_000, 60_000], since: 'end', limitMs: 3000, cutsAnswers: true },
  'redis-freeze': { victim: 'redis', range: [500, 8000], since: 'end', cutsAnswers: true },
  'redis-full': { victim: 'redis', range: [1000, 12_000], since: 'end' },
  'redis-filled': { victim: 'redis', range: [1000, 8000], since: 'end' },
  'redis-forgets-scripts': { victim: 'redis', range: [0, 0], since: 'start' },
  'redis-clock': { victim: 'redis', range: [2000, 8000], since: 'end', stepsClock: true },
  'redis-cut': { victim: 'redis', range: [300, 2000], since: 'end', cutsAnswers: true, weight: 2 },
  'clients-slow': { victim: 'client', range: [3000, 15_000], since: 'end', harmless: true },
  'clients-hostile': { victim: 'client', range: [0, 0], since: 'end', harmless: true },
  'tenant-flood': { victim: 'tenant', range: [40, 80], since: 'end' },
  'receiver-500': { victim: 'receiver', range: [1, 6], since: 'end' },
  'receiver-hang': { victim: 'receiver', range: [1, 4], since: 'end' },
  'receiver-drip': { victim: 'receiver', range: [1, 4], since: 'end' },
  'receiver-301': { victim: 'receiver', range: [1, 4], since: 'end' },
  'receiver-reset': { victim: 'receiver', range: [1, 6], since: 'end' },
} as const satisfies Record<string, FaultKind>;

export type FaultName = keyof typeof faultKinds;
export const faultNames = Object.keys(faultKinds) as FaultName[];

export function faultKind(name: FaultName): FaultKind {
  return faultKinds[name];
}
