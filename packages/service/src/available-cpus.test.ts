import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { availableCpus, cpuQuota } from './available-cpus.js';

const files = (texts: Record<string, string>) => (path: string) => texts[path];

describe('cpuQuota', () => {
  it.each([
    ['no cgroup files', {}, undefined],
    ['v2 in a container', { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': '150000 100000\n' }, 1.5],
    ['v2 without a limit', { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': 'max 100000\n' }, undefined],
    [
      'v2 where the parent allows less than the group itself',
      {
        '/proc/self/cgroup': '0::/kubepods/pod1\n',
        '/sys/fs/cgroup/kubepods/pod1/cpu.max': '800000 100000\n',
        '/sys/fs/cgroup/kubepods/cpu.max': '400000 100000\n',
        '/sys/fs/cgroup/cpu.max': 'max 100000\n',
      },
      4,
    ],
    [
      'v1 whose path is of the host',
      {
        '/proc/self/cgroup': '5:cpuset:/docker/abc\n4:cpu,cpuacct:/docker/abc\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '300000\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      },
      3,
    ],
    [
      'v1 without a limit',
      {
        '/proc/self/cgroup': '4:cpu,cpuacct:/\n',
        '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
        '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
      },
      undefined,
    ],
    [
      'both versions, the CPU controller in v1',
      {
        '/proc/self/cgroup': '1:cpu:/\n0::/\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '200000\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      },
      2,
    ],
    ['nonsense', { '/proc/self/cgroup': 'what\n0::/\n', '/sys/fs/cgroup/cpu.max': 'plenty\n' }, undefined],
  ])('%s', (_name, texts, quota) => {
    expect(cpuQuota(files(texts as Record<string, string>))).toBe(quota);
  });
});

describe('availableCpus', () => {
  const quota = (max: string) => files({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': max });

  it('is the smaller of affinity and quota, in whole CPUs, and at least 1', () => {
    expect(availableCpus(8, quota('250000 100000'))).toBe(2);
    expect(availableCpus(2, quota('800000 100000'))).toBe(2);
    expect(availableCpus(8, quota('50000 100000'))).toBe(1);
    expect(availableCpus(8, quota('max 100000'))).toBe(8);
  });

  it('never exceeds what this very machine allows', () => {
    expect(availableCpus()).toBeGreaterThanOrEqual(1);
    expect(availableCpus()).toBeLessThanOrEqual(availableParallelism());
  });
});
