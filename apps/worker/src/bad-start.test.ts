import { randomUUID } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, OwnRedis } from '@blipq/test-servers';
import { afterAll, afterEach, expect, inject, onTestFinished, test } from 'vitest';
import { WorkerProcess } from './testing/worker-process.js';

const checkpoint = fileURLToPath(new URL('../../../test/reference/caption', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'blipq-bad-start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let worker: WorkerProcess | undefined;
afterEach(() => worker?.kill('SIGKILL'));

async function spawn(env: Record<string, string> = {}): Promise<WorkerProcess> {
  worker = await WorkerProcess.spawn({
    REDIS_URL: inject('redisUrl'),
    BLIPQ_NAMESPACE: `test-${randomUUID()}`,
    BLIPQ_MODEL: checkpoint,
    BLIPQ_CACHE: join(folder, 'graphs'),
    BLIPQ_PRECISION: 'fp32',
    BLIPQ_DEVICE: 'cpu',
    BLIPQ_THREADS: '1',
    ...env,
  });
  return worker;
}

/** Everything that a start leaves on standard error; it must have ended with exit code 1. */
async function refusal(env: Record<string, string>): Promise<string[]> {
  const refused = await spawn(env);
  expect(await refused.ended).toEqual([1, null]);
  return refused.stderr;
}

/** A copy of the checkpoint, for a test to damage. */
function copy(name: string): string {
  const path = join(folder, name);
  cpSync(checkpoint, path, { recursive: true });
  return path;
}

test.each([
  [{ BLIPQ_MODEL: '' }, /^blipq: BLIPQ_MODEL is not set; it takes the folder of a BLIP checkpoint, owner\/name/],
  [{ BLIPQ_BATCH_MAX: '257' }, /^blipq: BLIPQ_BATCH_MAX is "257"; it takes a whole number from 1 to 256$/],
  [{ BLIPQ_ENGINES: '65' }, /^blipq: BLIPQ_ENGINES is "65"; it takes a whole number from 1 to 64$/],
  [
    { BLIPQ_ENGINES: '4', BLIPQ_THREADS: '2' },
    /^blipq: BLIPQ_ENGINES is 4 and BLIPQ_THREADS is 2, but .*: lower BLIPQ_ENGINES or raise BLIPQ_THREADS$/,
  ],
  [{ BLIPQ_DEVICE: 'gpu' }, /^blipq: BLIPQ_DEVICE is "gpu"; it takes one of auto, cpu, cuda$/],
  [{ BLIPQ_DEVICE: 'cuda' }, /CUDA was asked for and cannot be used \(.*\)\. .* or set BLIPQ_DEVICE to cpu$/],
  [
    { BLIPQ_CACHE: '/dev/null/x' },
    /built graphs cannot be kept in .*: ENOTDIR: .*; set BLIPQ_CACHE to another folder$/,
  ],
  [{ REDIS_URL: 'redis://:100%@127.0.0.1' }, /^blipq: REDIS_URL is "redis:\/\/…@127\.0\.0\.1"; it takes an address/],
  [{ HOST: '192.0.2.1' }, /^blipq: 192\.0\.2\.1 is not an address of this machine; set HOST to one that is/],
])('%j is one line and exit code 1', async (env, line) => {
  expect(await refusal(env as Record<string, string>)).toEqual([expect.stringMatching(line)]);
});

test('a health port in use is one line that names its setting', async () => {
  const other = createServer();
  onTestFinished(() => void other.close());
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  expect(await refusal({ BLIPQ_HEALTH_PORT: String(port) })).toEqual([
    `blipq: port ${port} is already in use; stop the other program or set BLIPQ_HEALTH_PORT to another`,
  ]);
});

test('a checkpoint that was cut off is one line that names the file', async () => {
  const damaged = copy('damaged');
  truncateSync(join(damaged, 'model.safetensors'), 100_000);
  expect(await refusal({ BLIPQ_MODEL: damaged })).toEqual([
    expect.stringMatching(/damaged\/model\.safetensors: its tensors need .*; download the file again$/),
  ]);
});

test.each(['greedy-decoder.onnx', 'encoder.onnx.data', 'model.json', 'tokenizer.json'])(
  'built graphs whose %s was cut off are one line that says what to delete',
  async (file) => {
    const graphs = join(folder, `cut-${file}`);
    await (await spawn({ BLIPQ_CACHE: graphs })).logged('worker ready');
    await worker!.kill('SIGKILL');
    const [built] = readdirSync(graphs).filter((name) => name.startsWith('caption-'));
    const paths = readdirSync(join(graphs, built!), { recursive: true, encoding: 'utf8' });
    for (const path of paths.filter((path) => path.endsWith(file))) truncateSync(join(graphs, built!, path), 100);
    expect(await refusal({ BLIPQ_CACHE: graphs })).toEqual([
      expect.stringMatching(
        `the graphs in ${join(graphs, built!)} cannot be loaded: .*; if they are damaged, delete that`,
      ),
    ]);
  },
);

/** Root may read and write everything, unless that is taken from it. */
const asAnybody =
  process.getuid?.() === 0
    ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--inh-caps=-dac_override,-dac_read_search']
    : [];

test('a worker that may not write to the cache, or not read the model, says so in one line', async () => {
  const locked = join(folder, 'locked');
  mkdirSync(locked, { mode: 0o555 });
  const start = async (env: Record<string, string>) => {
    worker = await WorkerProcess.spawn({ BLIPQ_MODEL: checkpoint, BLIPQ_DEVICE: 'cpu', ...env }, asAnybody);
    expect(await worker.ended).toEqual([1, null]);
    return worker.stderr;
  };
  expect(await start({ BLIPQ_CACHE: locked })).toEqual([
    expect.stringMatching(`built graphs cannot be kept in ${locked}: EACCES: .*; set BLIPQ_CACHE to another folder$`),
  ]);
  const secret = copy('secret');
  chmodSync(secret, 0o000);
  onTestFinished(() => chmodSync(secret, 0o700));
  expect(await start({ BLIPQ_MODEL: secret, BLIPQ_CACHE: locked })).toEqual([
    expect.stringMatching(`BLIPQ_MODEL ${secret}: ${secret} cannot be read: EACCES: permission denied`),
  ]);
});

test('a variable that is none of its settings is a warning', async () => {
  const warned = await spawn({ BLIPQ_BATCHMAX: '4' });
  expect(await warned.logged('BLIPQ_BATCHMAX is set but is not a setting of this program')).toMatchObject({
    level: 40,
  });
  await warned.logged('worker ready');
});

test('a Redis that is away, or lets nobody in, leaves it alive and unready, with the reason', async () => {
  const away = `redis://127.0.0.1:${await freePort()}`;
  const locked = await OwnRedis.create({ settings: { requirepass: 's3cret', appendfsync: 'no' } });
  onTestFinished(() => locked.remove());
  await locked.start();
  for (const [redisUrl, reason] of [
    [away, /^Redis does not answer: connect ECONNREFUSED/],
    [locked.url, /^Redis asks for a password \(NOAUTH\)/],
    [locked.url.replace('//', '//:hunter2@'), /^Redis refuses the user name or the password \(WRONGPASS\)/],
  ] as const) {
    const waiting = await spawn({ REDIS_URL: redisUrl });
    await waiting.logged('worker ready');
    expect((await waiting.health('/livez')).status).toBe(200);
    await expect.poll(() => waiting.health('/readyz')).toEqual({ status: 503, body: expect.stringMatching(reason) });
    // Said again after a minute is how often it happened since.
    const warnings = waiting.log.filter((line) => Number(line.level) >= 40 && !('since_last' in line));
    expect(warnings).toHaveLength(1);
    expect(waiting.stderr).toEqual([]);
    await waiting.kill('SIGTERM');
  }
});
