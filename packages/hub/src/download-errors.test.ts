import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { caption, Downloads, failure, file, weights } from './testing/downloads.js';
import { filesOf, hashesOf, sha256 } from './testing/hub-server.js';

const downloads = Downloads.forEachTest();

describe('one clear line each', () => {
  const lines: [string, (name: string) => Promise<unknown>, string, RegExp][] = [
    [
      'no such model',
      () => downloads.resolve({}, 'no/such'),
      'repo_not_found',
      /^there is no model no\/such on 127\S+, or it is private and HF_TOKEN has to be set$/,
    ],
    [
      'no such model, asked with a token',
      () => downloads.resolve({ token: downloads.hub.token }, 'no/such'),
      'repo_not_found',
      /, or it is private and HF_TOKEN may not read it$/,
    ],
    [
      'a private model',
      (name) => downloads.resolve({}, `${name}-private`),
      'repo_not_found',
      /or it is private and HF_TOKEN has to be set$/,
    ],
    [
      'a gated model',
      (name) => downloads.resolve({}, `${name}-gated`),
      'access_gated',
      /^owner\/name-gated is gated: accept its licence at http:\S+\/owner\/name-gated and set HF_TOKEN/,
    ],
    [
      'a bad token',
      (name) => downloads.resolve({ token: 'hf_wrong' }, name),
      'token_invalid',
      /does not accept HF_TOKEN; make a new one at http:\S+\/settings\/tokens$/,
    ],
    [
      'a token that breaks the header',
      (name) => downloads.resolve({ token: 'hf_right\nToken' }, name),
      'token_invalid',
      /HF_TOKEN holds characters/,
    ],
    [
      'no such revision',
      (name) => downloads.resolve({}, `${name}@v9`),
      'revision_not_found',
      /^owner\/name has no revision v9; its branches and tags are at http/,
    ],
    [
      'no such commit',
      (name) => downloads.resolve({}, `${name}@${'0'.repeat(40)}`),
      'revision_not_found',
      /has no revision 0{40}/,
    ],
    [
      'only flax weights',
      (name) => downloads.resolve({}, `${name}-flax`),
      'repo_unusable',
      /^owner\/name-flax holds no weights that BlipQ reads: model.safetensors, /,
    ],
    [
      'no model at all',
      (name) => downloads.resolve({}, `${name}-empty`),
      'repo_unusable',
      /^owner\/name-empty holds no model: it has no config.json$/,
    ],
    [
      'another kind of model',
      (name) => downloads.resolve({}, `${name}-vit`),
      'repo_unusable',
      /^owner\/name-vit is a "vit" model; BlipQ runs BLIP models only$/,
    ],
    [
      'more than the disk holds',
      (name) => downloads.resolve({}, `${name}-huge`),
      'disk_full',
      /^owner\/name-huge needs 1.0 PB, but only \d\S+ .B is free in /,
    ],
    [
      'not a Hub',
      (name) => downloads.resolve({ endpoint: `${downloads.hub.endpoint}/elsewhere` }, name),
      'repo_not_found',
      /there is no model/,
    ],
    [
      'an endpoint with a password',
      (name) => downloads.resolve({ endpoint: 'http://me:pw@hub' }, name),
      'settings_invalid',
      /^(?!.*pw)HF_ENDPOINT is not/,
    ],
  ];

  test.each(lines)('%s', async (_what, asked, code, line) => {
    const { 'model.safetensors.index.json': _, ...small } = caption;
    downloads.hub.publish('owner/name', caption);
    downloads.hub.publish('owner/name-private', caption, { access: 'private' });
    downloads.hub.publish('owner/name-gated', caption, { access: 'gated' });
    downloads.hub.publish('owner/name-flax', { ...small, 'flax_model.msgpack': 'x' });
    downloads.hub.publish('owner/name-empty', { 'README.md': 'x' });
    downloads.hub.publish('owner/name-vit', { ...caption, 'config.json': '{"model_type":"vit"}' });
    downloads.hub.publish('owner/name-huge', caption, { claimedSizes: new Map([[file, 1e15]]) });
    const error = await failure(asked('owner/name'));
    expect(error.message).toMatch(line);
    expect(error.message).not.toContain('\n');
    expect(error).toMatchObject({ code, retryable: false });
    expect(downloads.stored()).toEqual([]);
  });

  test('a full disk, found while writing', async () => {
    downloads.hub.publish('owner/name', caption);
    mkdirSync(downloads.blobs, { recursive: true });
    symlinkSync('/dev/full', join(downloads.blobs, `${sha256(weights)}.incomplete`));
    expect(await failure(downloads.resolve())).toMatchObject({
      code: 'disk_full',
      message: `there is no space left in ${downloads.cacheDir}; free some and start again: what was downloaded is kept`,
    });
  });

  test('a cache folder that is a file', async () => {
    downloads.hub.publish('owner/name', caption);
    writeFileSync(join(downloads.cacheDir, 'models--owner--name'), '');
    expect(await failure(downloads.resolve())).toMatchObject({ code: 'cache_unusable' });
  });
});

test('the token opens private and gated models, goes to the Hub alone, and is in no error', async () => {
  const { token } = downloads.hub;
  downloads.hub.publish('owner/name', caption, { access: 'private' });
  expect(hashesOf(filesOf((await downloads.resolve({ token })).folder))).toEqual(hashesOf(caption));
  downloads.hub.publish('owner/gated', caption, { access: 'gated' });
  await downloads.resolve({ token }, 'owner/gated');
  expect(new Set(downloads.hub.seen.map(({ host, authorization }) => `${host} ${authorization}`))).toEqual(
    new Set([`hub Bearer ${token}`, 'store undefined']),
  );
  for (const status of [400, 401, 403, 404, 429, 500]) {
    for (let at = 0; at < 5; at += 1) downloads.hub.troubles.push({ matches: () => true, status });
    const error = await failure(downloads.resolve({ token }, 'owner/other'));
    expect(inspect(error, { depth: 9 })).not.toContain(token);
    downloads.hub.troubles.length = 0;
  }
});
