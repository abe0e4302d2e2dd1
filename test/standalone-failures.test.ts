import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { HubServer } from '../packages/hub/src/testing/hub-server.js';
import { freePort } from '../packages/test-servers/src/free-port.js';
import { Standalone, temporaryFolder } from './standalone.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());

/** Starts with what cannot work; the result is everything on standard error. It must have left nothing running. */
async function failure(name: string, env: Record<string, string>): Promise<string[]> {
  const blipq = await Standalone.spawn({ BLIPQ_DIR: join(folder.path, name), ...env });
  onTestFinished(() => blipq.destroy());
  const { code, stderr } = await blipq.ended();
  expect(code).toBe(1);
  expect(blipq.processes()).toEqual([]);
  return stderr;
}

test('a busy port is one line', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const { port } = other.address() as { port: number };
  expect(await failure('port', { PORT: String(port) })).toEqual([
    `blipq: port ${port} is already in use; stop the other program or set PORT to another`,
  ]);
});

test('a Redis that does not answer is one line', async () => {
  const port = await freePort();
  expect(await failure('redis', { REDIS_URL: `redis://127.0.0.1:${port}` })).toEqual([
    expect.stringMatching(`^blipq: the Redis at 127.0.0.1:${port} .REDIS_URL. does not answer: connect ECONNREFUSED`),
  ]);
});

test('bad settings are one line', async () => {
  expect(await failure('settings', { PORT: 'http', REDIS_URL: 'localhost' })).toEqual([
    'blipq: PORT is "http"; it takes a whole number from 1 to 65535; ' +
      'REDIS_URL is "localhost"; it takes an address like redis://[user:password@]host[:port][/database], ' +
      'redis-sentinel://host[:port],…[/database]#master or redis-cluster://host[:port],…; rediss… for TLS',
  ]);
});

/** Settings that standalone only passes on, by the process that reads them: what takes any text is not here. */
const passedOn = {
  worker: ['PRECISION', 'DEVICE', 'BATCH_MAX', 'BATCH_DEADLINE_MS', 'CACHE_DAYS', 'THREADS', 'NAMESPACE'],
  notifier: [
    ...['WEBHOOK_PORTS', 'WEBHOOK_HTTP', 'WEBHOOK_RETRIES_MS', 'WEBHOOK_TIMEOUT_MS', 'WEBHOOK_CONNECT_TIMEOUT_MS'],
    ...['WEBHOOK_PER_HOST', 'WEBHOOK_FAILING_MAX_S'],
  ],
  gateway: [
    ...['RETENTION_S', 'REUSE_S', 'RETRY_WINDOW_S', 'QUEUE_MAX', 'QUEUE_MB_MAX', 'GENERATE_TIMEOUT_S', 'CORS_ORIGINS'],
    ...['UPLOADS_MAX', 'UPLOADS_MB_MAX', 'WAITS_MAX', 'FETCH_PORTS', 'FETCH_HTTP', 'FETCH_TIMEOUT_MS', 'TRUST_PROXY'],
  ],
};
test.each(Object.entries(passedOn))('settings reach the %s; those that it refuses are one line', async (app, names) => {
  const [line, ...more] = await failure(app, Object.fromEntries(names.map((name) => [`BLIPQ_${name}`, 'a b'])));
  for (const name of names) expect(line).toContain(`BLIPQ_${name} is "a b"; it takes `);
  expect(more).toEqual([]);
});

test('a GPU that is not there is one line', async () => {
  const [line, ...more] = await failure('cuda', { BLIPQ_DEVICE: 'cuda' });
  expect(line).toMatch(/CUDA was asked for and cannot be used .* or set BLIPQ_DEVICE to cpu$/);
  expect(more).toEqual([]);
});

test('a state folder that cannot be is one line', async () => {
  const [line, ...more] = await failure('folder', { BLIPQ_DIR: '/dev/null/blipq' });
  expect(line).toMatch(/^blipq: cannot write to \/dev\/null\/blipq: ENOTDIR: .*; set BLIPQ_DIR to another folder$/);
  expect(more).toEqual([]);
});

test('a checkpoint folder that does not exist is one line', async () => {
  expect(await failure('model', { BLIPQ_MODEL: '/nowhere/blip' })).toEqual([
    'blipq: there is no folder /nowhere/blip; set BLIPQ_MODEL to the folder of a BLIP checkpoint or to its ' +
      'owner/name on the Hugging Face Hub, or to several with commas between them',
  ]);
});

test('a model that the Hub does not have is one line', async () => {
  const hub = await HubServer.start();
  onTestFinished(() => hub.stop());
  const [line, ...more] = await failure('hub', { BLIPQ_MODEL: 'no/such', HF_ENDPOINT: hub.endpoint });
  expect(line).toMatch(
    /^blipq: BLIPQ_MODEL no\/such: there is no model no\/such on 127\.0\.0\.1:\d+, or it is private/,
  );
  expect(more).toEqual([]);
});

test('a checkpoint of another kind of model is one line', async () => {
  const model = join(folder.path, 'bert');
  mkdirSync(model);
  writeFileSync(join(model, 'config.json'), '{"model_type": "bert"}');
  const [line, ...more] = await failure('bert-model', { BLIPQ_MODEL: model });
  expect(line).toContain(model);
  expect(more).toEqual([]);
});

test('no Redis server and no permission to install one is one line', async () => {
  const empty = join(folder.path, 'empty');
  mkdirSync(empty);
  expect(await failure('no-redis', { PATH: empty, BLIPQ_NO_INSTALL: '1' })).toEqual([
    expect.stringMatching(/^blipq: no redis-server or valkey-server on the PATH; install one \(.+\) or set REDIS_URL/),
  ]);
});

test('a second instance in the same state folder is one line and leaves the first alone', async () => {
  const env = { BLIPQ_DIR: join(folder.path, 'twice') };
  const first = await Standalone.ready(env);
  onTestFinished(() => first.destroy());
  const before = first.processes();
  const second = await Standalone.spawn(env);
  expect(await second.ended()).toMatchObject({
    code: 1,
    stderr: [
      `blipq: another BlipQ (process ${first.pid}) already uses ${env.BLIPQ_DIR}; ` +
        'stop it or set BLIPQ_DIR to another folder',
    ],
  });
  expect(first.processes()).toEqual(before);
  expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
});
