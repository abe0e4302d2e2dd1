import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { posix } from 'node:path';

/** The text of a file, or undefined when it cannot be read. */
export type ReadText = (path: string) => string | undefined;

/**
 * How many threads this process should compute with: the CPUs that it may run on (affinity), but no more than whole
 * CPUs of its cgroup quota, of which Node 20 knows nothing, and at least 1. A fraction is rounded down: a thread more
 * than the quota pays for gets the whole group throttled, which costs more than the fraction brings.
 */
export function availableCpus(affinity = availableParallelism(), read: ReadText = readText): number {
  const quota = cpuQuota(read) ?? Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor(Math.min(affinity, quota)));
}

/**
 * CPUs that the cgroup of this process may use (fractions possible), undefined when unlimited or not on Linux.
 *
 * A quota binds all groups below it, so every ancestor is asked and the smallest counts. In a container the paths in
 * /proc/self/cgroup may name groups that are mounted elsewhere; those files are missing and the walk ends at the mount,
 * where the container's own quota is.
 */
export function cpuQuota(read: ReadText): number | undefined {
  const quotas = cgroups(read('/proc/self/cgroup') ?? '')
    .flatMap(({ version, path }) => ancestors(path).map((group) => (version === 2 ? quotaV2 : quotaV1)(group, read)))
    .filter((quota) => quota !== undefined);
  return quotas.length === 0 ? undefined : Math.min(...quotas);
}

interface Cgroup {
  version: 1 | 2;
  path: string;
}

/** The groups that can carry a CPU quota, from lines `id:controllers:path` (cgroups(7)); version 2 is `0::path`. */
function cgroups(text: string): Cgroup[] {
  return text.split('\n').flatMap((line): Cgroup[] => {
    const [id, controllers, ...rest] = line.trim().split(':');
    const path = rest.join(':');
    if (id === '0' && controllers === '') return [{ version: 2, path }];
    return controllers?.split(',').includes('cpu') ? [{ version: 1, path }] : [];
  });
}

function ancestors(path: string): string[] {
  const parent = posix.dirname(path);
  return parent === path || parent === '.' ? ['/'] : [path, ...ancestors(parent)];
}

/** cpu.max holds `quota period` in microseconds, or `max period`. */
function quotaV2(group: string, read: ReadText): number | undefined {
  const [quota, period] = (read(posix.join('/sys/fs/cgroup', group, 'cpu.max')) ?? '').trim().split(/\s+/);
  return ratio(quota, period);
}

/** cpu.cfs_quota_us is −1 without a limit. The controller is mounted under either name. */
function quotaV1(group: string, read: ReadText): number | undefined {
  for (const mount of ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/cpu,cpuacct']) {
    const quota = read(posix.join(mount, group, 'cpu.cfs_quota_us'));
    const period = read(posix.join(mount, group, 'cpu.cfs_period_us'));
    if (quota !== undefined) return ratio(quota, period);
  }
  return undefined;
}

function ratio(quota: string | undefined, period: string | undefined): number | undefined {
  const cpus = Number(quota?.trim() || Number.NaN) / Number(period?.trim() || Number.NaN);
  return cpus > 0 && Number.isFinite(cpus) ? cpus : undefined;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
