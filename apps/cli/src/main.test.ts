import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesOf, HubServer } from '@blipq/hub/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const reference = (name: string) => fileURLToPath(new URL(`../../../test/reference/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'blipq-cli-test-'));

let hub: HubServer;
beforeAll(async () => {
  hub = await HubServer.start();
});
afterAll(async () => {
  await hub.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  code: number;
  out: string;
  /** Lines on standard error. */
  err: string[];
}

/** Runs the command as installed, in an environment of its own. */
async function blipq(words: string[], env: Record<string, string> = {}): Promise<Ended> {
  return await ended(process.execPath, [main, ...words], env);
}

async function ended(program: string, args: string[], env: Record<string, string>): Promise<Ended> {
  const settings = { HF_HOME: folder, HF_ENDPOINT: hub.endpoint, BLIPQ_CACHE: join(folder, 'graphs'), ...env };
  return await new Promise((resolve) => {
    const child = execFile(program, args, { env: settings }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err: err.split('\n').slice(0, -1) }),
    );
  });
}

const exact = { BLIPQ_PRECISION: 'fp32', BLIPQ_DEVICE: 'cpu' };

test('prepare downloads a private model and builds it; then it is there offline', async () => {
  const { commit } = hub.publish('owner/name', filesOf(reference('caption-sharded')), { access: 'private' });
  const prepared = await blipq(['model', 'prepare', 'owner/name', '--json'], { ...exact, HF_TOKEN: hub.token });
  expect(prepared.code).toBe(0);
  expect(prepared.err).toContainEqual(
    expect.stringMatching(/^downloading model-0000\d-of-00002.safetensors: .* MB \(\d+ %\)$/),
  );
  expect(prepared.err).toContain('building the encoder');
  expect(prepared.err.length).toBeLessThan(40);
  expect([prepared.out, ...prepared.err].join()).not.toContain(hub.token);
  const report = JSON.parse(prepared.out);
  expect(report).toMatchObject({
    model: 'owner/name',
    commit,
    task: 'captioning',
    tensors: expect.any(Number),
    image_size: 96,
    graphs: [{ folder: report.prepared, precision: 'fp32', device: 'cpu', check: null }],
  });
  hub.seen.length = 0;
  const again = await blipq(['model', 'prepare', 'owner/name', '--json'], { ...exact, HF_HUB_OFFLINE: '1' });
  expect(again).toEqual({ code: 0, out: prepared.out, err: [] });
  expect(hub.seen).toEqual([]);
});

test('a variable that neither it nor a worker reads is a warning', async () => {
  const { code, err } = await blipq(['model', 'inspect', reference('caption')], {
    BLIPQ_PRECISON: 'int8',
    BLIPQ_BATCH_MAX: '4',
    BLIPQ_MODEL: 'owner/name',
  });
  expect(code).toBe(0);
  expect(err.filter((line) => line.startsWith('warning'))).toEqual([
    'warning: BLIPQ_PRECISON is set but is not a setting of this program',
  ]);
});

test('inspect says what a folder holds and builds nothing', async () => {
  const { code, out } = await blipq(['model', 'inspect', reference('caption')], { BLIPQ_CACHE: join(folder, 'none') });
  expect(code).toBe(0);
  expect(out).toMatch(/^caption\n {2}task +captioning\n/);
  expect(out).toContain('model.safetensors; 8.9 MB as F32');
  expect(out).toContain('96 × 96 pixels');
  expect(out).toContain('none built yet');
});

test('a model for another task can be inspected', async () => {
  expect((await blipq(['model', 'inspect', reference('vqa')])).out).toMatch(/^vqa\n {2}task +question_answering\n/);
});

test('an adapter on the Hub is prepared with its base, and both are in the report', async () => {
  const { 'adapter_config.json': config, ...files } = filesOf(reference('adapters/plain'));
  const { commit: baseCommit } = hub.publish('owner/base', filesOf(reference('caption')));
  const named = { ...JSON.parse(String(config)), base_model_name_or_path: 'owner/base' };
  const { commit } = hub.publish('me/lora', { ...files, 'adapter_config.json': JSON.stringify(named) });
  const { code, out } = await blipq(['model', 'prepare', 'me/lora', '--json'], exact);
  expect(code).toBe(0);
  const report = JSON.parse(out);
  expect(report).toMatchObject({ model: 'me/lora', commit, adapter: { base: 'owner/base', base_commit: baseCommit } });
  expect(report.weights.files).toEqual(['model.safetensors', 'adapter_config.json', 'adapter_model.safetensors']);
  const text = (await blipq(['model', 'inspect', 'me/lora'], exact)).out;
  expect(text).toMatch(new RegExp(`^me/lora\\n[^]* {2}adapter +.*, merged into owner/base at ${baseCommit}\\n`));
  expect(text).toMatch(/ {2}serves +captions, at \/v1\/captions\n/);
});

test('an adapter that does not fit its base is one line and exit code 1', async () => {
  const adapter = reference('adapters/plain');
  const { code, out, err } = await blipq(['model', 'inspect', `${reference('vqa')}+${adapter}`]);
  expect([code, out]).toEqual([1, '']);
  expect(err).toEqual([expect.stringMatching(/^blipq: .*is this the adapter's base\?$/)]);
});

test.each([
  ['no/such', {}, /^blipq: there is no model no\/such on 127\.0\.0\.1:\d+, or it is private/],
  ['/nowhere', {}, /^blipq: there is no folder \/nowhere$/],
  ['nothing', {}, /^blipq: "nothing" is neither a folder nor a model on the Hub/],
  ['no/such', { HF_HUB_OFFLINE: '1' }, /^blipq: no\/such at main is not in .*HF_HUB_OFFLINE/],
  ['no/such', { HF_ENDPOINT: 'hub' }, /^blipq: HF_ENDPOINT is "hub"; it takes the address of a Hub/],
  [reference('tokenizer'), {}, /^blipq: .* holds no weights/],
])('%s with %j is one line and exit code 1', async (model, env, line) => {
  expect(await blipq(['model', 'inspect', model], env as Record<string, string>)).toEqual({
    code: 1,
    out: '',
    err: [expect.stringMatching(line)],
  });
});

test.each([
  [{ BLIPQ_DEVICE: 'cuda' }, /^blipq: CUDA was asked for and cannot be used .* or set BLIPQ_DEVICE to cpu$/],
  [
    { BLIPQ_PRECISION: 'bf16' },
    /^blipq: BLIPQ_PRECISION is "bf16"; it takes one of auto, fp32, int8-decoder, int8, int7, fp16$/,
  ],
  [{ BLIPQ_THREADS: '0' }, /^blipq: BLIPQ_THREADS is "0"; it takes a whole number from 1 to 1024$/],
  [
    { BLIPQ_CACHE: '/dev/null/graphs' },
    /^blipq: built graphs cannot be kept in \/dev\/null\/graphs: ENOTDIR: .*; set BLIPQ_CACHE to another folder$/,
  ],
  [
    { BLIPQ_CACHE: '', HOME: '/dev/null' },
    /^blipq: built graphs cannot be kept in \/dev\/null\/\.cache\/blipq: ENOTDIR/,
  ],
])('prepare with %j is one line of what is wrong and exit code 1', async (env, line) => {
  const { code, out, err } = await blipq(['model', 'prepare', reference('caption')], {
    ...exact,
    ...(env as Record<string, string>),
  });
  expect([code, out, err.at(-1)]).toEqual([1, '', expect.stringMatching(line)]);
  expect(err.filter((text) => /^ {4}at /.test(text))).toEqual([]);
});

test('no room for the graphs is one line of what to do', async () => {
  // No file may grow beyond 64 KiB.
  const limited = [
    '-c',
    'ulimit -f 64; exec "$0" "$@"',
    process.execPath,
    main,
    'model',
    'prepare',
    reference('caption'),
  ];
  const { code, err } = await ended('bash', limited, { ...exact, BLIPQ_CACHE: join(folder, 'full') });
  expect([code, err.at(-1)]).toEqual([
    1,
    expect.stringMatching(/^blipq: built graphs cannot be kept in .*; free some space, or set BLIPQ_CACHE to another/),
  ]);
});

test.each([
  [[], 'no command'],
  [['model'], 'no command'],
  [['model', 'delete', 'x'], "unknown command 'delete'"],
  [['model', 'inspect'], "missing required argument 'model'"],
  [['model', 'inspect', 'a', 'b'], "too many arguments for 'inspect'. Expected 1 argument but got 2."],
  ...['abc', '0', '70000', '-1', ''].map((port): [string[], string] => [
    ['serve', '--port', port],
    `option '--port <port>' argument '${port}' is invalid. It takes a whole number from 1 to 65535.`,
  ]),
  [['model', 'inspect', 'a', '--jsn'], "unknown option '--jsn'"],
])('%j is one line and exit code 2', async (words, problem) => {
  const err = [`blipq: ${problem}; blipq --help says how it is used`];
  expect(await blipq(words)).toEqual({ code: 2, out: '', err });
});

test('--help is the usage', async () => {
  expect(await blipq(['model', '--help'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('prepare [options] <model>'),
  });
});

test('webhooks secret makes another good one each time', async () => {
  const [one, other] = [await blipq(['webhooks', 'secret']), await blipq(['webhooks', 'secret'])];
  expect([one.code, one.err]).toEqual([0, []]);
  expect(one.out).toMatch(/^whsec_[A-Za-z0-9+/]{43}=\n$/);
  expect(other.out).not.toBe(one.out);
  expect((await blipq(['webhooks'])).code).toBe(2);
});

test('prune removes graphs that nobody has used for so long, says which, and leaves the others', async () => {
  const cache = join(folder, 'prune');
  const [old, used] = ['a-0123456789ab-int8-v1', 'b-0123456789ab-int8-v1'].map((name) => join(cache, name)) as [
    string,
    string,
  ];
  for (const path of [old, used]) {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'last-use'), '');
  }
  utimesSync(join(old, 'last-use'), new Date(0), new Date(0));
  const env = { BLIPQ_CACHE: cache };
  expect(await blipq(['model', 'prune', '--dry-run'], env)).toMatchObject({
    code: 0,
    out: `would remove ${old}: 0 B\nwould remove 0 B from ${cache}\n`,
  });
  expect(JSON.parse((await blipq(['model', 'prune', '--days', '7', '--json'], env)).out)).toEqual({
    ...{ cache, dry_run: false, bytes: 0 },
    removed: [{ path: old, bytes: 0 }],
  });
  expect(readdirSync(cache)).toEqual(['b-0123456789ab-int8-v1']);
  expect(await blipq(['model', 'prune', '--days', 'x'], env)).toMatchObject({
    code: 2,
    err: [expect.stringContaining('It takes a whole number')],
  });
});
