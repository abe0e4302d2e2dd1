import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { HubError } from './hub-error.js';
import { type ResolveOptions, resolveModel } from './resolve-model.js';
import { filesOf, HubServer, hashesOf, sha256 } from './testing/hub-server.js';

const caption = filesOf(fileURLToPath(new URL('../../../test/reference/caption-sharded', import.meta.url)));
const file = 'model-00002-of-00002.safetensors';
const weights = caption[file]!;

let hub: HubServer;
let cacheDir: string;
let blobs: string;
beforeEach(async () => {
  hub = await HubServer.start();
  cacheDir = mkdtempSync(join(tmpdir(), 'blipq-download-test-'));
  blobs = join(cacheDir, 'models--owner--name', 'blobs');
});
afterEach(async () => {
  await hub.stop();
  rmSync(cacheDir, { recursive: true, force: true });
});

const resolve = (options: ResolveOptions = {}, name = 'owner/name') =>
  resolveModel(name, { endpoint: hub.endpoint, cacheDir, retryDelayMs: 1, ...options });
const isWeights = (path: string) => path.startsWith('/store/') && path.endsWith(file);
/** What the file store was asked for of the large file. */
const stored = () => hub.requestsFor(file).filter(({ host }) => host === 'store');
const failure = async (resolving: Promise<unknown>): Promise<HubError> => {
  const error = await resolving.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(HubError);
  return error as HubError;
};

test('a connection that is cut is taken up by Range where it broke off', async () => {
  hub.publish('owner/name', caption);
  hub.troubles.push({ matches: isWeights, cutAfter: 1_000_000 });
  const { folder } = await resolve();
  expect(hashesOf(filesOf(folder))).toEqual(hashesOf(caption));
  const [first, second, ...more] = stored();
  expect(first).toMatchObject({ range: undefined, sent: 1_000_000 });
  const offset = Number(/^bytes=(\d+)-$/.exec(second!.range!)?.[1]);
  expect(offset).toBeGreaterThan(0);
  expect(second!.sent).toBe(weights.length - offset);
  expect(more).toEqual([]);
});

test('a Hub that falls silent in the middle counts as cut', async () => {
  hub.publish('owner/name', caption);
  hub.troubles.push({ matches: isWeights, silentAfter: 300_000 });
  expect(hashesOf(filesOf((await resolve({ silenceMs: 200 })).folder))).toEqual(hashesOf(caption));
  expect(stored()[1]!.range).toMatch(/^bytes=\d+-$/);
});

test('a connection that is cut again and again is given up, and the next call continues', async () => {
  hub.publish('owner/name', caption);
  hub.troubles.push({ matches: isWeights, cutAfter: 1_000_000 });
  for (let at = 0; at < 4; at += 1) hub.troubles.push({ matches: isWeights, cutAfter: 0 });
  expect((await failure(resolve())).code).toBe('hub_unreachable');
  hub.seen.length = 0;
  expect(hashesOf(filesOf((await resolve()).folder))).toEqual(hashesOf(caption));
  expect(stored().map(({ range }) => range)).toEqual([expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
});

test('killed with kill -9 in the middle, the next process continues at once and the snapshot was never half there', async () => {
  const { commit } = hub.publish('owner/name', caption);
  hub.troubles.push({ matches: isWeights, silentAfter: 1_500_000 });
  const program = fileURLToPath(new URL('../dist/testing/resolve-child.fixture.js', import.meta.url));
  const child = spawn(process.execPath, [program, 'owner/name', hub.endpoint, cacheDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const incomplete = join(blobs, `${sha256(weights)}.incomplete`);
  for await (const line of createInterface(child.stdout)) {
    if (JSON.parse(line).file === file && existsSync(incomplete) && readFileSync(incomplete).length > 1_000_000) break;
  }
  child.kill('SIGKILL');
  await once(child, 'exit');
  const snapshot = join(cacheDir, 'models--owner--name', 'snapshots', commit);
  expect(readdirSync(snapshot)).not.toContain(file);
  expect(existsSync(join(cacheDir, 'models--owner--name', 'refs'))).toBe(false);
  const { length } = readFileSync(incomplete);
  hub.seen.length = 0;
  expect(hashesOf(filesOf((await resolve()).folder))).toEqual(hashesOf(caption));
  expect(stored()).toMatchObject([{ range: `bytes=${length}-`, sent: weights.length - length }]);
  expect(readdirSync(blobs).filter((name) => name.endsWith('.incomplete'))).toEqual([]);
});

test('two downloads at once of one model fetch each file once', async () => {
  hub.publish('owner/name', caption);
  const folders = await Promise.all([resolve(), resolve()]);
  expect(folders[0]).toEqual(folders[1]);
  expect(stored()).toHaveLength(1);
});

test('a file with the wrong content is deleted and named', async () => {
  hub.publish('owner/name', caption);
  const bytes = Buffer.from(weights);
  bytes[1234]! ^= 1;
  hub.troubles.push({ matches: isWeights, bytes });
  const error = await failure(resolve());
  expect(error).toMatchObject({ code: 'hash_mismatch', retryable: false });
  expect(error.message).toContain(`${file} came damaged: its sha256 is not ${sha256(weights)}`);
  expect(readdirSync(blobs).filter((name) => name.startsWith(sha256(weights)))).toEqual([]);
  expect(hashesOf(filesOf((await resolve()).folder))).toEqual(hashesOf(caption));
});

test('small files are checked too, by the hash that git gives them', async () => {
  hub.publish('owner/name', caption);
  const bytes = Buffer.from(caption['tokenizer.json']!);
  bytes[99]! ^= 1;
  hub.troubles.push({ matches: (path) => path.endsWith('/tokenizer.json'), bytes });
  expect((await failure(resolve())).message).toMatch(/^tokenizer.json came damaged: its git-sha1/);
});

test('remains that are not the beginning of the file cost a download from the start, not a failure', async () => {
  hub.publish('owner/name', caption);
  mkdirSync(blobs, { recursive: true });
  writeFileSync(join(blobs, `${sha256(weights)}.incomplete`), 'something else');
  expect(hashesOf(filesOf((await resolve()).folder))).toEqual(hashesOf(caption));
  expect(stored().map(({ range }) => range)).toEqual(['bytes=14-', undefined]);
});

test('remains that are longer than the file are thrown away', async () => {
  hub.publish('owner/name', caption);
  mkdirSync(blobs, { recursive: true });
  appendFileSync(join(blobs, `${sha256(weights)}.incomplete`), Buffer.alloc(weights.length + 1));
  expect(hashesOf(filesOf((await resolve()).folder))).toEqual(hashesOf(caption));
});

test.each([500, 502, 503, 408])('%i passes, and five of them do not', async (status) => {
  hub.publish('owner/name', caption);
  const isRevision = (path: string) => path.includes('/revision/');
  hub.troubles.push({ matches: isRevision, status });
  hub.troubles.push({ matches: isWeights, status });
  await resolve();
  for (let at = 0; at < 5; at += 1) hub.troubles.push({ matches: isRevision, status });
  const error = await failure(resolve({ cacheDir: join(cacheDir, 'other') }));
  expect(error).toMatchObject({ code: 'hub_failing', retryable: true });
  expect(error.message).toContain(`is in trouble (${status})`);
});

test('429 waits as long as Retry-After says, and fails at once when that is too long', async () => {
  hub.publish('owner/name', caption);
  hub.troubles.push({ matches: isWeights, status: 429, headers: { 'retry-after': '1' } });
  // With the ordinary pause this would not end in time.
  await resolve({ retryDelayMs: 600_000 });
  hub.troubles.push({ matches: () => true, status: 429, headers: { 'retry-after': '3600' } });
  expect(await failure(resolve({ cacheDir: join(cacheDir, 'other') }))).toMatchObject({
    code: 'hub_failing',
    retryAfterMs: 3_600_000,
    message: expect.stringContaining('wants fewer requests'),
  });
});

describe('one clear line each', () => {
  const lines: [string, (name: string) => Promise<unknown>, string, RegExp][] = [
    [
      'no such model',
      () => resolve({}, 'no/such'),
      'repo_not_found',
      /^there is no model no\/such on 127\S+, or it is private and HF_TOKEN has to be set$/,
    ],
    [
      'no such model, asked with a token',
      () => resolve({ token: hub.token }, 'no/such'),
      'repo_not_found',
      /, or it is private and HF_TOKEN may not read it$/,
    ],
    [
      'a private model',
      (name) => resolve({}, `${name}-private`),
      'repo_not_found',
      /or it is private and HF_TOKEN has to be set$/,
    ],
    [
      'a gated model',
      (name) => resolve({}, `${name}-gated`),
      'access_gated',
      /^owner\/name-gated is gated: accept its licence at http:\S+\/owner\/name-gated and set HF_TOKEN/,
    ],
    [
      'a bad token',
      (name) => resolve({ token: 'hf_wrong' }, name),
      'token_invalid',
      /does not accept HF_TOKEN; make a new one at http:\S+\/settings\/tokens$/,
    ],
    [
      'a token that breaks the header',
      (name) => resolve({ token: 'hf_right\nToken' }, name),
      'token_invalid',
      /HF_TOKEN holds characters/,
    ],
    [
      'no such revision',
      (name) => resolve({}, `${name}@v9`),
      'revision_not_found',
      /^owner\/name has no revision v9; its branches and tags are at http/,
    ],
    [
      'no such commit',
      (name) => resolve({}, `${name}@${'0'.repeat(40)}`),
      'revision_not_found',
      /has no revision 0{40}/,
    ],
    [
      'only flax weights',
      (name) => resolve({}, `${name}-flax`),
      'repo_unusable',
      /^owner\/name-flax holds no weights that BlipQ reads: model.safetensors, /,
    ],
    [
      'no model at all',
      (name) => resolve({}, `${name}-empty`),
      'repo_unusable',
      /^owner\/name-empty holds no model: it has no config.json$/,
    ],
    [
      'another kind of model',
      (name) => resolve({}, `${name}-vit`),
      'repo_unusable',
      /^owner\/name-vit is a "vit" model; BlipQ runs BLIP models only$/,
    ],
    [
      'more than the disk holds',
      (name) => resolve({}, `${name}-huge`),
      'disk_full',
      /^owner\/name-huge needs 1.0 PB, but only \d\S+ .B is free in /,
    ],
    [
      'not a Hub',
      (name) => resolve({ endpoint: `${hub.endpoint}/elsewhere` }, name),
      'repo_not_found',
      /there is no model/,
    ],
    [
      'an endpoint with a password',
      (name) => resolve({ endpoint: 'http://me:pw@hub' }, name),
      'settings_invalid',
      /^(?!.*pw)HF_ENDPOINT is not/,
    ],
  ];

  test.each(lines)('%s', async (_what, asked, code, line) => {
    const { 'model.safetensors.index.json': _, ...small } = caption;
    hub.publish('owner/name', caption);
    hub.publish('owner/name-private', caption, { access: 'private' });
    hub.publish('owner/name-gated', caption, { access: 'gated' });
    hub.publish('owner/name-flax', { ...small, 'flax_model.msgpack': 'x' });
    hub.publish('owner/name-empty', { 'README.md': 'x' });
    hub.publish('owner/name-vit', { ...caption, 'config.json': '{"model_type":"vit"}' });
    hub.publish('owner/name-huge', caption, { claimedSizes: new Map([[file, 1e15]]) });
    const error = await failure(asked('owner/name'));
    expect(error.message).toMatch(line);
    expect(error.message).not.toContain('\n');
    expect(error).toMatchObject({ code, retryable: false });
    expect(stored()).toEqual([]);
  });

  test('a full disk, found while writing', async () => {
    hub.publish('owner/name', caption);
    mkdirSync(blobs, { recursive: true });
    symlinkSync('/dev/full', join(blobs, `${sha256(weights)}.incomplete`));
    expect(await failure(resolve())).toMatchObject({
      code: 'disk_full',
      message: `there is no space left in ${cacheDir}; free some and start again: what was downloaded is kept`,
    });
  });

  test('a cache folder that is a file', async () => {
    hub.publish('owner/name', caption);
    writeFileSync(join(cacheDir, 'models--owner--name'), '');
    expect(await failure(resolve())).toMatchObject({ code: 'cache_unusable' });
  });
});

test('the token opens private and gated models, goes to the Hub alone, and is in no error', async () => {
  const { token } = hub;
  hub.publish('owner/name', caption, { access: 'private' });
  expect(hashesOf(filesOf((await resolve({ token })).folder))).toEqual(hashesOf(caption));
  hub.publish('owner/gated', caption, { access: 'gated' });
  await resolve({ token }, 'owner/gated');
  expect(new Set(hub.seen.map(({ host, authorization }) => `${host} ${authorization}`))).toEqual(
    new Set([`hub Bearer ${token}`, 'store undefined']),
  );
  for (const status of [400, 401, 403, 404, 429, 500]) {
    for (let at = 0; at < 5; at += 1) hub.troubles.push({ matches: () => true, status });
    const error = await failure(resolve({ token }, 'owner/other'));
    expect(inspect(error, { depth: 9 })).not.toContain(token);
    hub.troubles.length = 0;
  }
});

test('an abort ends the download, and what came is kept', async () => {
  hub.publish('owner/name', caption);
  hub.troubles.push({ matches: isWeights, silentAfter: 1_000_000 });
  const stopping = new AbortController();
  const incomplete = join(blobs, `${sha256(weights)}.incomplete`);
  const resolving = resolve({
    signal: stopping.signal,
    onProgress: () =>
      existsSync(incomplete) && statSync(incomplete).size > 500_000 && stopping.abort(new Error('enough')),
  });
  await expect(resolving).rejects.toThrow('enough');
  expect(readFileSync(incomplete).length).toBeGreaterThan(0);
  expect(hashesOf(filesOf((await resolve()).folder))).toEqual(hashesOf(caption));
});
