import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { findRedis } from './find-redis.js';
import { PrivateRedis } from './private-redis.js';
import { processStart } from './process-start.js';
import { RedisCheck } from './redis-check.js';

const dir = mkdtempSync(join(tmpdir(), 'blipq-private-redis-'));
afterAll(() => rmSync(dir, { recursive: true }));

function privateRedis(name: string): PrivateRedis {
  const program = () => findRedis({ path: process.env.PATH ?? '', mayInstall: false, say: () => {} });
  const redis = new PrivateRedis({ folder: join(dir, name), program, say: () => {} });
  onTestFinished(() => redis.stop());
  return redis;
}

function clientOf(url: string): Redis {
  const client = new Redis(url);
  onTestFinished(() => client.disconnect());
  return client;
}

test('what was acknowledged survives a stop, and strangers are kept out', async () => {
  const first = privateRedis('kept');
  await first.start();
  await clientOf(first.url).set('key', 'value');
  const { port } = new URL(first.url);
  await expect(new RedisCheck(`redis://127.0.0.1:${port}`).start()).rejects.toThrow('NOAUTH');
  await first.stop();
  const second = privateRedis('kept');
  await second.start();
  expect(await clientOf(second.url).get('key')).toBe('value');
});

test('a server whose port another program took first starts at another', async () => {
  const server = await findRedis({ path: process.env.PATH ?? '', mayInstall: false, say: () => {} });
  const program = join(dir, 'late-server');
  const taken = join(dir, 'taken-port');
  const whileTaken = `
    const { spawnSync } = require('node:child_process');
    const { readFileSync, writeFileSync } = require('node:fs');
    const { createServer } = require('node:net');
    const [file] = process.argv.slice(1);
    const port = /^port (.*)$/m.exec(readFileSync(file, 'utf8'))[1];
    writeFileSync('${taken}', port);
    createServer().listen(port, '127.0.0.1', () => {
      process.exit(spawnSync('${server}', [file], { stdio: 'inherit' }).status);
    });`;
  writeFileSync(
    program,
    `#!/bin/sh\n[ -f '${taken}' ] && exec '${server}' "$@"\nexec '${process.execPath}' -e "${whileTaken}" "$@"\n`,
    { mode: 0o755 },
  );
  const redis = new PrivateRedis({ folder: join(dir, 'late'), program: async () => program, say: () => {} });
  onTestFinished(() => redis.stop());
  await redis.start();
  expect(existsSync(taken)).toBe(true);
  expect(new URL(redis.url).port).not.toBe(readFileSync(taken, 'utf8'));
  expect(await clientOf(redis.url).ping()).toBe('PONG');
});

test('a server left behind by a killed instance is stopped first and its data kept', async () => {
  const folder = join(dir, 'leftover');
  const program = `
    import { PrivateRedis } from ${JSON.stringify(new URL('../dist/private-redis.js', import.meta.url).href)};
    import { findRedis } from ${JSON.stringify(new URL('../dist/find-redis.js', import.meta.url).href)};
    const program = () => findRedis({ path: process.env.PATH, mayInstall: false, say() {} });
    const redis = new PrivateRedis({ folder: ${JSON.stringify(folder)}, program, say() {} });
    await redis.start();
    console.log(redis.url);`;
  const killed = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = await once(killed.stdout, 'data');
  const client = clientOf(String(url).trim());
  await client.set('key', 'value');
  client.disconnect();
  const exited = once(killed, 'exit');
  killed.kill('SIGKILL');
  await exited;
  const pid = Number(readFileSync(join(folder, 'redis.pid'), 'utf8').split(' ')[0]);
  expect(processStart(pid)).toBeDefined();

  const next = privateRedis('leftover');
  await next.start();
  expect(processStart(pid)).toBeUndefined();
  expect(await clientOf(next.url).get('key')).toBe('value');
});

test('a server that crashes comes back at the same address with the same data', async () => {
  const redis = privateRedis('crashed');
  await redis.start();
  const client = clientOf(redis.url);
  client.on('error', () => {});
  await client.set('key', 'value');
  const pid = Number(readFileSync(join(dir, 'crashed', 'redis.pid'), 'utf8').split(' ')[0]);
  const closed = once(client, 'close');
  process.kill(pid, 'SIGKILL');
  await closed;
  expect(await client.get('key')).toBe('value');
});

test('a Redis that asks for a password is one sentence that says so and what to do', async () => {
  const redis = privateRedis('locked');
  await redis.start();
  const { host } = new URL(redis.url);
  const failure = await new RedisCheck(`redis://${host}`).start().catch((error: Error) => error.message);
  expect(failure).toMatch(`the Redis at ${host} (REDIS_URL) asks for a password (NOAUTH); put it into REDIS_URL`);
});

test('an address where no Redis answers is one sentence that names it without the password', async () => {
  const check = new RedisCheck('redis://:hunter2@127.0.0.1:1');
  const failure = await check.start().catch((error: Error) => error.message);
  expect(failure).toMatch(/^the Redis at 127\.0\.0\.1:1 \(REDIS_URL\) does not answer: connect ECONNREFUSED/);
  expect(failure).not.toContain('hunter2');
});
