import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { nameOf, parseReference, referenceList } from './reference.js';

const folder = mkdtempSync(join(tmpdir(), 'blipq-reference-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a folder that exists is that folder, however it is written', () => {
  mkdirSync(join(folder, 'owner', 'name'), { recursive: true });
  const path = join(folder, 'owner', 'name');
  expect(parseReference(path)).toEqual({ kind: 'folder', path });
  expect(parseReference(`./${relative('.', path)}`)).toEqual({ kind: 'folder', path });
  expect(parseReference(relative('.', path))).toEqual({ kind: 'folder', path });
  expect(parseReference('packages/hub')).toMatchObject({ kind: 'folder' });
});

test.each([
  ['Salesforce/blip-image-captioning-large', 'Salesforce/blip-image-captioning-large', 'main'],
  ['owner/na.me_2@v1.0', 'owner/na.me_2', 'v1.0'],
  ['owner/name@refs/pr/38', 'owner/name', 'refs/pr/38'],
])('%s is a model on the Hub', (reference, repo, revision) => {
  expect(parseReference(reference)).toEqual({ kind: 'repo', repo, revision });
});

test('two references with a plus between them are a base and an adapter; a folder may have a plus of its own', () => {
  const plus = join(folder, 'a+b');
  mkdirSync(plus);
  expect(parseReference(plus)).toEqual({ kind: 'folder', path: plus });
  const repo = { kind: 'repo', repo: 'owner/name', revision: 'v1.0' };
  expect(parseReference(`${plus}+owner/name@v1.0`)).toEqual({
    kind: 'adapted',
    base: { kind: 'folder', path: plus },
    adapter: repo,
  });
  expect(parseReference(`owner/name@v1.0+${plus}`)).toEqual({
    kind: 'adapted',
    base: repo,
    adapter: { kind: 'folder', path: plus },
  });
});

test('a list has commas between its references, unless it is a folder of that name', () => {
  expect(referenceList(' owner/a@v1, /models/b ,owner/c+owner/d,')).toEqual([
    'owner/a@v1',
    '/models/b',
    'owner/c+owner/d',
  ]);
  const comma = join(folder, 'a,b');
  mkdirSync(comma);
  expect(referenceList(comma)).toEqual([comma]);
});

test.each([
  ['owner/name@v1', 'owner/name'],
  ['packages/hub/', 'hub'],
  ['packages/hub+owner/adapter@v1', 'owner/adapter'],
])('%s is called %s', (reference, name) => {
  expect(nameOf(parseReference(reference))).toBe(name);
});

test.each([
  [fileURLToPath(import.meta.url), 'is a file; name the folder that holds it'],
  ['owner/name+/nowhere', 'there is no folder /nowhere'],
  ['owner/name+', 'is neither'],
  ['/nowhere/at/all', 'there is no folder /nowhere/at/all'],
  ['./nowhere', 'there is no folder'],
  ['..//nowhere', 'there is no folder'],
  ['bert', '"bert" is neither a folder nor a model on the Hub, which is written owner/name or owner/name@revision'],
  ['', 'is neither'],
  ['a/b/c', 'is neither'],
  ['https://huggingface.co/a/b', 'is neither'],
  ['owner/..', 'is neither'],
  ['ow--ner/name', 'is neither'],
  ['owner/name ', 'is neither'],
  ['owner/name@', 'is no revision'],
  ['owner/name@../../etc', 'is no revision'],
  ['owner/name@a//b', 'is no revision'],
  ['owner/name@a\nb', 'is no revision'],
])('%j is refused', (reference, says) => {
  // A path that happens to exist would make a test of what is no path meaningless.
  const refused = expect.objectContaining({ code: 'reference_invalid', message: expect.stringContaining(says) });
  expect(() => parseReference(reference)).toThrow(refused);
});
