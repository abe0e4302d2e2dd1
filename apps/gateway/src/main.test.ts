import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, inject, test } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Any free port: other gateways may run on this machine. */
const internal = { BLIPQ_INTERNAL_PORT: '0' };

function start(env: Record<string, string>) {
  const gateway = spawn(process.execPath, [main], {
    env: {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      REDIS_URL: inject('redisUrl'),
      BLIPQ_THREADS: '1',
      ...internal,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { gateway, exited: once(gateway, 'exit') as Promise<[number | null]> };
}

/** The port that it says it listens on. */
async function listeningPort({ stdout }: { stdout: NodeJS.ReadableStream }): Promise<string> {
  let log = '';
  return await new Promise((resolve) => {
    stdout.on('data', (chunk) => {
      log += String(chunk);
      const port = /"port":(\d+)/.exec(log)?.[1];
      if (port !== undefined) resolve(port);
    });
  });
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = '';
  for await (const chunk of stream) all += String(chunk);
  return all;
}

test('the process serves on the port it logs and ends orderly on SIGTERM', async () => {
  const { gateway, exited } = start({ PORT: '0' });
  const port = await listeningPort(gateway);
  expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);
  gateway.kill('SIGTERM');
  expect((await exited)[0]).toBe(0);
});

test('a bad setting is one line that names it', async () => {
  const { gateway, exited } = start({ PORT: 'http' });
  expect(await text(gateway.stderr)).toMatch(/^blipq: PORT is "http"; it takes a port number[^\n]*\n$/);
  expect((await exited)[0]).toBe(1);
});

test('a busy port is one line that names it', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const { gateway, exited } = start({ PORT: String(port) });
  expect(await text(gateway.stderr)).toMatch(new RegExp(`^blipq: port ${port} is already in use[^\n]*\n$`));
  expect((await exited)[0]).toBe(1);
  other.close();
});

test('a Redis that takes connections and says nothing holds up no start: it is alive, unready, and says why', async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port: redisPort } = silent.address() as { port: number };
  const { gateway, exited } = start({ PORT: '0', REDIS_URL: `redis://127.0.0.1:${redisPort}` });
  const port = await listeningPort(gateway);
  expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);
  const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([503, expect.stringMatching(/^Redis does not answer/)]);
  gateway.kill('SIGTERM');
  expect((await exited)[0]).toBe(0);
  for (const socket of sockets) socket.destroy();
  silent.close();
}, 8_000);
