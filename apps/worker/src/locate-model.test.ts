import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesOf, HubServer } from '@blipq/hub/testing';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { WorkerProcess } from './testing/worker-process.js';

const files = filesOf(fileURLToPath(new URL('../../../test/reference/caption-sharded', import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'blipq-worker-hub-test-'));

let hub: HubServer;
let worker: WorkerProcess | undefined;
beforeEach(async () => {
  hub = await HubServer.start();
});
afterEach(async () => {
  await worker?.kill('SIGKILL');
  await hub.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function spawn(model: string, env: Record<string, string> = {}): Promise<WorkerProcess> {
  worker = await WorkerProcess.spawn({
    REDIS_URL: inject('redisUrl'),
    BLIPQ_NAMESPACE: `test-${randomUUID()}`,
    BLIPQ_MODEL: model,
    BLIPQ_CACHE: join(folder, 'graphs'),
    HF_HOME: folder,
    HF_ENDPOINT: hub.endpoint,
    ...env,
  });
  return worker;
}

test('a model from the Hub is downloaded, served under its name there, and needs no Hub the next time', async () => {
  const { commit } = hub.publish('owner/name', files, { access: 'private' });
  const first = await spawn('owner/name', { HF_TOKEN: hub.token });
  expect(await first.logged('model registered')).toMatchObject({ model: 'owner/name' });
  expect(await first.logged('model found')).toMatchObject({ model: 'owner/name', commit });
  const phases = first.log.filter(({ msg }) => msg === 'preparing the model').map(({ phase }) => phase);
  expect(phases.slice(0, 2)).toEqual(['download', 'download']);
  expect(JSON.stringify(first.log)).not.toContain(hub.token);
  await first.kill('SIGKILL');
  hub.seen.length = 0;
  const second = await spawn('owner/name', { HF_HUB_OFFLINE: '1' });
  expect(await second.logged('worker ready')).toMatchObject({ model: 'owner/name' });
  expect(hub.seen).toEqual([]);
});

test('a Hub in trouble is waited out: alive, not ready, and with a word why', async () => {
  hub.publish('owner/name', files);
  for (let at = 0; at < 5; at += 1) {
    hub.troubles.push({ matches: () => true, status: 429, headers: { 'retry-after': '0' } });
  }
  const waiting = await spawn('owner/name');
  expect(await waiting.logged('the model could not be downloaded; trying again')).toMatchObject({
    level: 40,
    reason: expect.stringContaining('wants fewer requests'),
  });
  expect((await waiting.health('/livez')).status).toBe(200);
  expect((await waiting.health('/readyz')).status).toBe(503);
  await waiting.logged('worker ready');
});

test('SIGTERM in the middle of a download ends the worker in order', async () => {
  hub.publish('owner/name', files);
  hub.troubles.push({ matches: (path) => path.startsWith('/store/'), silentAfter: 1000 });
  const downloading = await spawn('owner/name');
  await downloading.logged('preparing the model');
  downloading.child.kill('SIGTERM');
  expect(await downloading.ended).toEqual([0, null]);
});

test.each([
  ['no/such', {}, /^blipq: BLIPQ_MODEL no\/such: there is no model no\/such on 127\.0\.0\.1:\d+, or it is private/],
  ['owner/gated', {}, /^blipq: BLIPQ_MODEL owner\/gated: owner\/gated is gated: accept its licence at /],
  ['owner/gated', { HF_TOKEN: 'hf_wrong' }, /does not accept HF_TOKEN; make a new one/],
  ['no/such', { HF_HUB_OFFLINE: '1' }, /HF_HUB_OFFLINE forbids to download it$/],
  ['bert', {}, /^blipq: BLIPQ_MODEL bert: "bert" is neither a folder nor a model on the Hub/],
])('%s with %j is one clear line and exit code 1', async (model, env, line) => {
  hub.publish('owner/gated', files, { access: 'gated' });
  const refused = await spawn(model, env as Record<string, string>);
  expect(await refused.ended).toEqual([1, null]);
  expect(refused.stderr).toEqual([expect.stringMatching(line)]);
});
