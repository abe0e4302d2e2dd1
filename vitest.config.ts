import { defineConfig } from 'vitest/config';

/** How long a test waits for a condition that it expects: as long as a machine that is busy with other things may take. */
export const patienceMs = 150_000;

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/private-redis.ts'],
    setupFiles: ['test/patience.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: patienceMs + 30_000,
    hookTimeout: patienceMs + 30_000,
    expect: { poll: { timeout: patienceMs } },
  },
});
