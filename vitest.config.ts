import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { patienceMs } from './test/patience-ms.js';
import { SlowestFirst } from './test/slowest-first.js';

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/private-redis.ts', 'test/model-cache.ts'],
    setupFiles: ['test/patience.ts'],
    pool: 'forks',
    // Tests wait half of their time: for locks and retries of the programs that they start, and for these to start.
    maxWorkers: Math.min(2 * availableParallelism(), 8),
    sequence: { sequencer: SlowestFirst },
    testTimeout: patienceMs + 30_000,
    hookTimeout: patienceMs + 30_000,
    expect: { poll: { timeout: patienceMs } },
  },
});
