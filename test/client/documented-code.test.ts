import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect, onTestFinished, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = ['README.md', 'packages/client/README.md', 'docs/reference/sdk.md', 'docs/reference/webhooks.md'];

/** What the pages leave to their readers. */
const readers = `
declare const blipq: import('@blipq/client').Blipq;
declare const file: Blob;
declare const files: AsyncIterable<Blob>;
declare const urls: string[];
declare const secret: string;
declare const id: string;
interface ExpressRequest { body: Uint8Array; headers: Record<string, string | string[] | undefined> }
interface ExpressResponse { status(code: number): { end(): void } }
declare const express: { raw(options: { type: string }): unknown };
declare const app: { post(path: string, raw: unknown, handler: (req: ExpressRequest, res: ExpressResponse) => void): void };
`;

/** A page's TypeScript for users of the SDK; that for generated clients has a test of its own. */
function blocksOf(page: string): string[] {
  const [text] = readFileSync(join(root, page), 'utf8').split('\n## Generated clients');
  return [...text!.matchAll(/^```ts\n(.*?)^```/gms)].map(([, block]) => block!);
}

test.each([
  ['Node with the DOM’s types', ['ES2023', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable']],
  ['Node alone', ['ES2023']],
])('the documented TypeScript compiles under strict options, in %s', async (_what, lib) => {
  const place = mkdtempSync(join(tmpdir(), 'blipq-documented-'));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  const packages = { '@blipq/client': 'packages/client', '@types/node': 'node_modules/@types/node' };
  for (const [name, target] of Object.entries(packages)) {
    const link = join(place, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, target), link);
  }
  writeFileSync(join(place, 'package.json'), '{"type": "module"}');
  const strictest = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
  const compilerOptions = { ...strictest, target: 'ES2023', module: 'NodeNext', lib, types: ['node'], noEmit: true };
  writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  writeFileSync(join(place, 'readers.d.ts'), readers);
  for (const page of pages) {
    const blocks = blocksOf(page);
    expect(blocks, page).not.toEqual([]);
    for (const [index, block] of blocks.entries()) {
      writeFileSync(join(place, `${page.replaceAll('/', '-')}-${index}.ts`), `${block}export {};\n`);
    }
  }
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await promisify(execFile)(process.execPath, [compiler, '-p', place]).catch((error) => error);
  expect(stdout).toBe('');
});
