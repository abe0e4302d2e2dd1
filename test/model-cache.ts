import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    modelCache: string;
  }
}

/** A folder for the graphs that workers build, as `modelCache`: the first that needs a model builds it for the whole run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'blipq-model-cache-'));
  project.provide('modelCache', folder);
  return () => rm(folder, { recursive: true, force: true });
}
