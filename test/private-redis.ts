import type {} from 'vitest';
import type { TestProject } from 'vitest/node';
import { OwnRedis } from '../packages/test-servers/src/own-redis.js';

declare module 'vitest' {
  export interface ProvidedContext {
    redisUrl: string;
  }
}

/** Starts one private Redis for the whole test run on a free port and provides its URL as `redisUrl`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const redis = await OwnRedis.create({ settings: { appendonly: 'no' } });
  await redis.start();
  project.provide('redisUrl', redis.url);
  return () => redis.remove();
}
