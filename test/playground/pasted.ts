import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { PlaygroundPage } from './playground-page.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Copies a card's request as the page words it, pastes it into a folder that has the image, and returns its output. */
export async function pasted(playground: PlaygroundPage, image: string, as: string, folder: string): Promise<string> {
  await playground.page
    .getByRole('button', { name: `Copy ${image} as ${as}`, exact: true })
    .first()
    .click();
  await playground.card(image).getByText('Copied.').waitFor();
  const copied = await playground.clipboard();
  prepare(folder);
  if (as === 'TypeScript') {
    writeFileSync(join(folder, 'pasted.ts'), copied);
    const options = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--types',
      'node',
      '--skipLibCheck',
    ];
    await run(folder, join(root, 'node_modules/.bin/tsc'), [...options, 'pasted.ts']);
    // Older versions of Node run it under this name alone; it has no types of its own.
    writeFileSync(join(folder, 'pasted.mjs'), copied);
    return await run(folder, process.execPath, ['pasted.mjs']);
  }
  return await run(folder, 'bash', ['-c', copied]);
}

/** What npm would fetch: this repository's own. */
function prepare(folder: string): void {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  const npx = `#!/bin/sh\nshift\nexec "${process.execPath}" "${join(root, 'apps/cli/dist/main.js')}" "$@"\n`;
  writeFileSync(join(folder, 'bin/npx'), npx, { mode: 0o755 });
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  for (const [name, target] of [
    ['@blipq/client', 'packages/client'],
    ['@types/node', 'node_modules/@types/node'],
  ] as const) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(join(link, '..'), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(join(root, target), link);
  }
}

/** Not synchronously: the server may live in this process. */
async function run(cwd: string, program: string, args: string[]): Promise<string> {
  const env = { ...process.env, PATH: `${join(cwd, 'bin')}:${process.env.PATH}`, HOME: cwd };
  return (await promisify(execFile)(program, args, { cwd, env })).stdout;
}
