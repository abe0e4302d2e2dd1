import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { caption, Downloads, failure, file, isWeights, weights } from './testing/downloads.js';
import { filesOf, hashesOf, sha256 } from './testing/hub-server.js';

const downloads = Downloads.forEachTest();

test('a connection that is cut is taken up by Range where it broke off', async () => {
  downloads.hub.publish('owner/name', caption);
  downloads.hub.troubles.push({ matches: isWeights, cutAfter: 1_000_000 });
  const { folder } = await downloads.resolve();
  expect(hashesOf(filesOf(folder))).toEqual(hashesOf(caption));
  const [first, second, ...more] = downloads.stored();
  expect(first).toMatchObject({ range: undefined, sent: 1_000_000 });
  const offset = Number(/^bytes=(\d+)-$/.exec(second!.range!)?.[1]);
  expect(offset).toBeGreaterThan(0);
  expect(second!.sent).toBe(weights.length - offset);
  expect(more).toEqual([]);
});

test('a Hub that falls silent in the middle counts as cut', async () => {
  downloads.hub.publish('owner/name', caption);
  downloads.hub.troubles.push({ matches: isWeights, silentAfter: 300_000 });
  expect(hashesOf(filesOf((await downloads.resolve({ silenceMs: 2000 })).folder))).toEqual(hashesOf(caption));
  // A busy machine may count as silent once more.
  expect(downloads.stored().slice(1)).toContainEqual(
    expect.objectContaining({ range: expect.stringMatching(/^bytes=\d+-$/) }),
  );
});

test('a connection that is cut again and again is given up, and the next call continues', async () => {
  downloads.hub.publish('owner/name', caption);
  downloads.hub.troubles.push({ matches: isWeights, cutAfter: 1_000_000 });
  for (let at = 0; at < 4; at += 1) downloads.hub.troubles.push({ matches: isWeights, cutAfter: 0 });
  expect((await failure(downloads.resolve())).code).toBe('hub_unreachable');
  downloads.hub.seen.length = 0;
  expect(hashesOf(filesOf((await downloads.resolve()).folder))).toEqual(hashesOf(caption));
  expect(downloads.stored().map(({ range }) => range)).toEqual([expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
});

test('killed with kill -9 in the middle, the next process continues at once and the snapshot was never half there', async () => {
  const { commit } = downloads.hub.publish('owner/name', caption);
  downloads.hub.troubles.push({ matches: isWeights, silentAfter: 1_500_000 });
  const program = fileURLToPath(new URL('../dist/testing/resolve-child.fixture.js', import.meta.url));
  const child = spawn(process.execPath, [program, 'owner/name', downloads.hub.endpoint, downloads.cacheDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const incomplete = join(downloads.blobs, `${sha256(weights)}.incomplete`);
  for await (const line of createInterface(child.stdout)) {
    if (JSON.parse(line).file === file && existsSync(incomplete) && readFileSync(incomplete).length > 1_000_000) break;
  }
  child.kill('SIGKILL');
  await once(child, 'exit');
  const snapshot = join(downloads.cacheDir, 'models--owner--name', 'snapshots', commit);
  expect(readdirSync(snapshot)).not.toContain(file);
  expect(existsSync(join(downloads.cacheDir, 'models--owner--name', 'refs'))).toBe(false);
  const { length } = readFileSync(incomplete);
  downloads.hub.seen.length = 0;
  expect(hashesOf(filesOf((await downloads.resolve()).folder))).toEqual(hashesOf(caption));
  expect(downloads.stored()).toMatchObject([{ range: `bytes=${length}-`, sent: weights.length - length }]);
  expect(readdirSync(downloads.blobs).filter((name) => name.endsWith('.incomplete'))).toEqual([]);
});

test('two downloads at once of one model fetch each file once', async () => {
  downloads.hub.publish('owner/name', caption);
  const folders = await Promise.all([downloads.resolve(), downloads.resolve()]);
  expect(folders[0]).toEqual(folders[1]);
  expect(downloads.stored()).toHaveLength(1);
});

test('a file with the wrong content is deleted and named', async () => {
  downloads.hub.publish('owner/name', caption);
  const bytes = Buffer.from(weights);
  bytes[1234]! ^= 1;
  downloads.hub.troubles.push({ matches: isWeights, bytes });
  const error = await failure(downloads.resolve());
  expect(error).toMatchObject({ code: 'hash_mismatch', retryable: false });
  expect(error.message).toContain(`${file} came damaged: its sha256 is not ${sha256(weights)}`);
  expect(readdirSync(downloads.blobs).filter((name) => name.startsWith(sha256(weights)))).toEqual([]);
  expect(hashesOf(filesOf((await downloads.resolve()).folder))).toEqual(hashesOf(caption));
});

test('small files are checked too, by the hash that git gives them', async () => {
  downloads.hub.publish('owner/name', caption);
  const bytes = Buffer.from(caption['tokenizer.json']!);
  bytes[99]! ^= 1;
  downloads.hub.troubles.push({ matches: (path) => path.endsWith('/tokenizer.json'), bytes });
  expect((await failure(downloads.resolve())).message).toMatch(/^tokenizer.json came damaged: its git-sha1/);
});

test('remains that are not the beginning of the file cost a download from the start, not a failure', async () => {
  downloads.hub.publish('owner/name', caption);
  mkdirSync(downloads.blobs, { recursive: true });
  writeFileSync(join(downloads.blobs, `${sha256(weights)}.incomplete`), 'something else');
  expect(hashesOf(filesOf((await downloads.resolve()).folder))).toEqual(hashesOf(caption));
  expect(downloads.stored().map(({ range }) => range)).toEqual(['bytes=14-', undefined]);
});

test('remains that are longer than the file are thrown away', async () => {
  downloads.hub.publish('owner/name', caption);
  mkdirSync(downloads.blobs, { recursive: true });
  appendFileSync(join(downloads.blobs, `${sha256(weights)}.incomplete`), Buffer.alloc(weights.length + 1));
  expect(hashesOf(filesOf((await downloads.resolve()).folder))).toEqual(hashesOf(caption));
});

test.each([500, 502, 503, 408])('%i passes, and five of them do not', async (status) => {
  downloads.hub.publish('owner/name', caption);
  const isRevision = (path: string) => path.includes('/revision/');
  downloads.hub.troubles.push({ matches: isRevision, status });
  downloads.hub.troubles.push({ matches: isWeights, status });
  await downloads.resolve();
  for (let at = 0; at < 5; at += 1) downloads.hub.troubles.push({ matches: isRevision, status });
  const error = await failure(downloads.resolve({ cacheDir: join(downloads.cacheDir, 'other') }));
  expect(error).toMatchObject({ code: 'hub_failing', retryable: true });
  expect(error.message).toContain(`is in trouble (${status})`);
});

test('429 waits as long as Retry-After says, and fails at once when that is too long', async () => {
  downloads.hub.publish('owner/name', caption);
  downloads.hub.troubles.push({ matches: isWeights, status: 429, headers: { 'retry-after': '1' } });
  // With the ordinary pause this would not end in time.
  await downloads.resolve({ retryDelayMs: 600_000 });
  downloads.hub.troubles.push({ matches: () => true, status: 429, headers: { 'retry-after': '3600' } });
  expect(await failure(downloads.resolve({ cacheDir: join(downloads.cacheDir, 'other') }))).toMatchObject({
    code: 'hub_failing',
    retryAfterMs: 3_600_000,
    message: expect.stringContaining('wants fewer requests'),
  });
});

test('an abort ends the download, and what came is kept', async () => {
  downloads.hub.publish('owner/name', caption);
  downloads.hub.troubles.push({ matches: isWeights, silentAfter: 1_000_000 });
  const stopping = new AbortController();
  const incomplete = join(downloads.blobs, `${sha256(weights)}.incomplete`);
  const resolving = downloads.resolve({
    signal: stopping.signal,
    onProgress: () =>
      existsSync(incomplete) && statSync(incomplete).size > 500_000 && stopping.abort(new Error('enough')),
  });
  await expect(resolving).rejects.toThrow('enough');
  expect(readFileSync(incomplete).length).toBeGreaterThan(0);
  expect(hashesOf(filesOf((await downloads.resolve()).folder))).toEqual(hashesOf(caption));
});
