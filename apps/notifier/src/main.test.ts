import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { freePort } from '@blipq/test-servers';
import { newWebhookSecret } from '@blipq/webhooks';
import { expect, test } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const secret = newWebhookSecret();

/** Starts with what cannot work; the result is its exit code and everything on standard error. */
async function failure(env: Record<string, string>): Promise<[number | null, string]> {
  return await new Promise((resolve) => {
    const child = execFile(process.execPath, [main], { env: { HOST: '127.0.0.1', ...env } }, (_error, _out, err) =>
      resolve([child.exitCode, err]),
    );
  });
}

test.each([
  [{ BLIPQ_WEBHOOK_SECRET: '' }, 'BLIPQ_WEBHOOK_SECRET is not set; make a secret with "blipq webhooks secret"'],
  [{ BLIPQ_WEBHOOK_SECRET: 'CHANGE-ME' }, 'BLIPQ_WEBHOOK_SECRET: default: the webhook secret is not base64; make one'],
  [{ BLIPQ_WEBHOOK_SECRETS_FILE: '/nowhere' }, 'BLIPQ_WEBHOOK_SECRETS_FILE cannot be read: ENOENT'],
  [
    { BLIPQ_WEBHOOK_SECRETS_FILE: main },
    `BLIPQ_WEBHOOK_SECRETS_FILE ${main} is not JSON; it takes an object of secrets`,
  ],
  [{ BLIPQ_WEBHOOK_ALLOW: 'inside' }, 'BLIPQ_WEBHOOK_ALLOW: "inside" is neither an IP address nor a network'],
  [{ BLIPQ_WEBHOOK_RETRIES_MS: '5s' }, 'BLIPQ_WEBHOOK_RETRIES_MS is "5s"; it takes pauses in milliseconds'],
  [{ REDIS_URL: 'http://me:hunter2@host' }, 'REDIS_URL is "http://…@host"'],
  [{ HOST: '192.0.2.1' }, '192.0.2.1 is not an address of this machine; set HOST to one that is'],
])('a start with %o ends with one line and exit code 1', async (env, line) => {
  const [code, stderr] = await failure({ BLIPQ_WEBHOOK_SECRET: secret, ...(env as Record<string, string>) });
  expect(code).toBe(1);
  expect(stderr).toContain(line);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('a busy port is one line that names its setting', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  expect(await failure({ BLIPQ_WEBHOOK_SECRET: secret, BLIPQ_HEALTH_PORT: String(port) })).toEqual([
    1,
    `blipq: port ${port} is already in use; stop the other program or set BLIPQ_HEALTH_PORT to another\n`,
  ]);
  other.close();
});

test('without Redis it is alive and unready, with the reason; an unknown variable is a warning', async () => {
  const [port, redisPort] = [await freePort(), await freePort()];
  const settings = { BLIPQ_WEBHOOK_SECRET: secret, BLIPQ_HEALTH_PORT: String(port), BLIPQ_WEBHOOK_TIMEOUT: '5' };
  const notifier = spawn(process.execPath, [main], {
    env: { HOST: '127.0.0.1', REDIS_URL: `redis://127.0.0.1:${redisPort}`, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(notifier, 'exit');
  let log = '';
  await new Promise<void>((resolve) => {
    notifier.stdout.on('data', (chunk) => {
      log += String(chunk);
      if (log.includes('notifier ready')) resolve();
    });
  });
  expect(log).toContain('BLIPQ_WEBHOOK_TIMEOUT is set but is not a setting of this program');
  expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);
  const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([503, expect.stringMatching(/^Redis does not answer: .*REFUSED/)]);
  notifier.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});
