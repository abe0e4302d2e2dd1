import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
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

test('the process serves on the port it logs and ends orderly on SIGTERM', async () => {
  const { gateway, exited } = start({ PORT: '0' });
  const port = await listeningPort(gateway);
  expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);
  gateway.kill('SIGTERM');
  expect((await exited)[0]).toBe(0);
});

test.each([
  [{ PORT: 'http' }, 'PORT is "http"; it takes a port number'],
  [{ REDIS_URL: 'redis://:100%@host' }, 'REDIS_URL is "redis://…@host"; it takes an address'],
  [{ BLIPQ_QUEUE_MAX: '0' }, 'BLIPQ_QUEUE_MAX is "0"; it takes a whole number of at least 1'],
  [{ BLIPQ_TRUST_PROXY: 'nginx' }, 'BLIPQ_TRUST_PROXY is "nginx"; it takes a number of hops, or addresses'],
  [{ BLIPQ_TRUST_PROXY: '10.0.0.0/33' }, 'BLIPQ_TRUST_PROXY is "10.0.0.0/33"; it takes a number of hops, or addresses'],
  [{ BLIPQ_TRUST_PROXY: '0.0.0.0/0' }, 'BLIPQ_TRUST_PROXY is "0.0.0.0/0"; it takes a number of hops, or addresses'],
  [{ BLIPQ_CORS_ORIGINS: 'app.example.com' }, 'BLIPQ_CORS_ORIGINS is "app.example.com"; it takes origins such as'],
  [
    { BLIPQ_CORS_ORIGINS: 'https://a.example/' },
    'BLIPQ_CORS_ORIGINS is "https://a.example/"; it takes origins such as',
  ],
  [{ BLIPQ_API_KEYS: 'hunter2' }, 'BLIPQ_API_KEYS is not JSON; it takes a list of keys'],
  [{ BLIPQ_API_KEYS: '[]' }, 'BLIPQ_API_KEYS: the list has no key'],
  [{ BLIPQ_API_KEYS_FILE: '/nowhere' }, 'BLIPQ_API_KEYS_FILE cannot be read: ENOENT'],
  [{ BLIPQ_ADMIN_KEY: 'short' }, 'BLIPQ_ADMIN_KEY takes at least 16 characters'],
  [
    { BLIPQ_ADMIN_TRUST_HEADER: 'X-User' },
    'BLIPQ_ADMIN_TRUST_HEADER is believed of nobody; set BLIPQ_ADMIN_TRUST_PROX',
  ],
  [{ BLIPQ_ADMIN_TRUST_PROXIES: '10.0.0.7' }, 'BLIPQ_ADMIN_TRUST_PROXIES has no use without BLIPQ_ADMIN_TRUST_HEADER'],
  [{ BLIPQ_FETCH_ALLOW: 'inside' }, 'BLIPQ_FETCH_ALLOW: "inside" is neither an IP address nor a network'],
  [{ HOST: '192.0.2.1' }, '192.0.2.1 is not an address of this machine; set HOST to one that is'],
])('a start with %o is one line and exit code 1', async (env, line) => {
  const { gateway, exited } = start(env as Record<string, string>);
  const said = await text(gateway.stderr);
  expect(said).toContain(`blipq: ${line}`);
  expect(said.trimEnd().split('\n')).toHaveLength(1);
  expect((await exited)[0]).toBe(1);
});

test('an unknown variable causes a warning', async () => {
  const { gateway, exited } = start({ PORT: '0', BLIPQ_QUEUEMAX: '3' });
  const said = text(gateway.stdout);
  await listeningPort(gateway);
  gateway.kill('SIGTERM');
  expect(await said).toContain('BLIPQ_QUEUEMAX is set but is not a setting of this program');
  expect((await exited)[0]).toBe(0);
});

test('a busy port is reported in one line that names it', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  for (const setting of ['PORT', 'BLIPQ_INTERNAL_PORT']) {
    const { gateway, exited } = start({ PORT: '0', [setting]: String(port) });
    expect(await text(gateway.stderr)).toBe(
      `blipq: port ${port} is already in use; stop the other program or set ${setting} to another\n`,
    );
    expect((await exited)[0]).toBe(1);
  }
  other.close();
});

test('an unresponsive Redis delays no start: the gateway is alive, unready, and gives the reason', async () => {
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
});
