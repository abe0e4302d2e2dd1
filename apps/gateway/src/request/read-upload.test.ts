import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect, inject, onTestFinished, test, vi } from 'vitest';

/** Of one upload. */
const uploadBytes = 10 * 1024 ** 2;

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

function rssMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Sends an image but for its last byte, and resolves when all of that has been read. */
async function allButTheEnd(port: string, clients: ClientRequest[], statuses: number[]): Promise<void> {
  const headers = { 'content-type': 'image/jpeg', 'content-length': uploadBytes };
  const upload = request({ host: '127.0.0.1', port, path: '/v1/captions', method: 'POST', headers });
  clients.push(upload);
  upload.on('error', () => undefined);
  upload.on('response', (response) => statuses.push(response.resume().statusCode!));
  await new Promise<void>((resolve) => upload.write(randomBytes(uploadBytes - 1), () => resolve()));
}

test('a process holds no more bytes of uploads than its setting allows, however many arrive at once', async () => {
  const settings = { PORT: '0', HOST: '127.0.0.1', BLIPQ_INTERNAL_PORT: '0', BLIPQ_THREADS: '1' };
  const gateway = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, REDIS_URL: inject('redisUrl'), ...settings, BLIPQ_UPLOADS_MB_MAX: '128' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let log = '';
  for await (const chunk of gateway.stdout) {
    log += String(chunk);
    if (log.includes('"msg":"listening"')) break;
  }
  gateway.stdout.resume();
  const port = [...log.matchAll(/"port":(\d+)/g)].at(-1)![1]!;
  const before = rssMb(gateway.pid!);
  const clients: ClientRequest[] = [];
  onTestFinished(async () => {
    for (const client of clients) client.destroy();
    gateway.kill();
    await once(gateway, 'exit');
  });
  const statuses: number[] = [];
  await Promise.all(Array.from({ length: 60 }, () => allButTheEnd(port, clients, statuses)));
  // Of large bodies, three quarters of the memory; whoever brings the byte that has no room is refused.
  await vi.waitFor(() => expect(statuses.length).toBeGreaterThanOrEqual(60 - 9));
  expect(new Set(statuses)).toEqual(new Set([503]));
  // Without a bound it would be 600. Beside its 128, pieces that have been read and are not collected yet.
  await vi.waitFor(() => expect(rssMb(gateway.pid!) - before).toBeLessThan(128 + 150));
});
