import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';
import { findRedis } from '../apps/standalone/src/find-redis.js';
import { freePort } from '../packages/test-servers/src/free-port.js';

declare module 'vitest' {
  export interface ProvidedContext {
    redisUrl: string;
  }
}

/** Starts one private Redis for the whole test run on a free port and provides its URL as `redisUrl`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'blipq-test-redis-'));
  const program = await findRedis({ path: process.env.PATH ?? '', mayInstall: false, say: () => {} });
  const port = await freePort();
  const server = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await ready(server);
  project.provide('redisUrl', `redis://127.0.0.1:${port}`);
  return async () => {
    server.kill('SIGTERM');
    await once(server, 'exit');
    await rm(folder, { recursive: true, force: true });
  };
}

async function ready(server: ChildProcess): Promise<void> {
  for await (const line of createInterface(server.stdout!)) {
    if (line.includes('Ready to accept connections')) return void server.stdout!.resume();
  }
  throw new Error('the Redis server ended before it was ready');
}
