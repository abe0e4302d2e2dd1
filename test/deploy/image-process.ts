import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ImageTree } from '../../tools/image-tree.mjs';

/** The programs' own variables, which the tests' environment must not set for them. */
const inherited = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(BLIPQ|HF|NODE|REDIS|PORT|HOST|VITEST|HOME)/.test(name)),
);

/** Variables as they are in a container, with paths in the volume moved to where the tree lies. */
function environment(tree: ImageTree, env: Record<string, string>): Record<string, string | undefined> {
  const moved = Object.entries(tree.env).map(([name, value]) => [
    name,
    value.startsWith('/models') ? join(tree.root, value) : value,
  ]);
  return { ...inherited, ...Object.fromEntries(moved), ...env };
}

/** Starts a program in an image's tree: in its working directory, with its variables, as its user where we are root. */
export function startIn(tree: ImageTree, env: Record<string, string>, command = tree.command): ChildProcess {
  const [program, ...args] = command as [string, ...string[]];
  const [uid, gid] = tree.user.split(':').map(Number);
  return spawn(program === 'node' ? process.execPath : program, args, {
    cwd: join(tree.root, tree.workdir),
    env: environment(tree, env),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(process.getuid?.() === 0 ? { uid, gid } : {}),
  });
}

/** Runs a program in an image's tree to its end. */
export async function runIn(
  tree: ImageTree,
  env: Record<string, string>,
  command?: string[],
): Promise<{ code: number | null; output: string }> {
  const child = startIn(tree, env, command);
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  return { code, output };
}

/** Resolves once the process answers 200, and rejects with its output when it ends before. */
export async function answering(child: ChildProcess, url: string): Promise<void> {
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk) => (output += chunk));
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.status === 200) return;
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${url}: ended before: ${output}`);
    await once(child.stdout!, 'data', { signal: AbortSignal.timeout(1000) }).catch(() => {});
  }
}
