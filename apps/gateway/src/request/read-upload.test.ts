import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import { AppProcess, freePort } from '@blipq/test-servers';
import { expect, inject, onTestFinished, test, vi } from 'vitest';

/** Of one upload, and what of it is sent at once. */
const uploadBytes = 10 * 1024 ** 2;
const most = randomBytes(9 * 1024 ** 2);
/** Every second: more than a sender has to bring that is not to be let go for being slow. */
const little = Buffer.alloc(4096);

function rssMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Sends most of an image, and resolves when all of that has been read; then goes on a little at a time. */
async function mostOfIt(port: number, clients: ClientRequest[], statuses: number[]): Promise<void> {
  const headers = { 'content-type': 'image/jpeg', 'content-length': uploadBytes };
  const upload = request({ host: '127.0.0.1', port, path: '/v1/captions', method: 'POST', headers });
  clients.push(upload);
  const pace = setInterval(() => upload.write(little), 1000);
  for (const end of ['response', 'close']) upload.once(end, () => clearInterval(pace));
  upload.on('error', () => undefined);
  upload.on('response', (response) => statuses.push(response.resume().statusCode!));
  await new Promise<void>((resolve) => upload.write(most, () => resolve()));
}

test('a process holds no more bytes of uploads than its setting allows, however many arrive at once', async () => {
  const port = await freePort();
  const gateway = new AppProcess('gateway', {
    ...{ REDIS_URL: inject('redisUrl'), PORT: String(port), BLIPQ_INTERNAL_PORT: '0', BLIPQ_THREADS: '1' },
    BLIPQ_UPLOADS_MB_MAX: '128',
  });
  const clients: ClientRequest[] = [];
  onTestFinished(async () => {
    for (const client of clients) client.destroy();
    await gateway.kill();
  });
  const { pid } = (await gateway.ready()).child;
  const before = rssMb(pid!);
  const statuses: number[] = [];
  await Promise.all(Array.from({ length: 60 }, () => mostOfIt(port, clients, statuses)));
  // Of large bodies, three quarters of the memory; whoever brings the byte that has no room is refused.
  await vi.waitFor(() => expect(statuses.length).toBeGreaterThanOrEqual(60 - Math.floor(96 / 9)));
  expect(new Set(statuses)).toEqual(new Set([503]));
  // Without a bound it would be 540. Beside its 128, pieces that have been read and are not collected yet.
  await vi.waitFor(() => expect(rssMb(pid!) - before).toBeLessThan(128 + 150));
});
