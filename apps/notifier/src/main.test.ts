import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { newWebhookSecret } from '@blipq/webhooks';
import { expect, test } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

test.each([
  [{}, 'BLIPQ_WEBHOOK_SECRET is not set; make a secret with "blipq webhooks secret"'],
  [{ BLIPQ_WEBHOOK_ALLOW: 'inside' }, 'BLIPQ_WEBHOOK_ALLOW: "inside" is neither an IP address nor a network'],
  [{ BLIPQ_WEBHOOK_RETRIES_MS: '5s' }, 'BLIPQ_WEBHOOK_RETRIES_MS is "5s"; it takes pauses in milliseconds'],
  [{ REDIS_URL: 'http://me:hunter2@host' }, 'REDIS_URL is "http://…@host"'],
])('a start with %o ends with one line and exit code 1', async (env, line) => {
  const secret = 'BLIPQ_WEBHOOK_ALLOW' in env ? { BLIPQ_WEBHOOK_SECRET: newWebhookSecret() } : {};
  const [code, stderr] = await new Promise<[number | null, string]>((resolve) => {
    const child = execFile(process.execPath, [main], { env: { ...secret, ...env } }, (_error, _out, err) =>
      resolve([child.exitCode, err]),
    );
  });
  expect(code).toBe(1);
  expect(stderr).toContain(line);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});
