import { execFile } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { RunError } from './run-error.js';

type LocalPart = typeof import('./local-part.js');

interface LoadOptions {
  version: string;
  env: Record<string, string | undefined>;
  say(line: string): void;
}

/**
 * What runs models on this machine. It is a package of its own, because onnxruntime is large: the one that is installed
 * beside this package, else one that is installed now and kept in the user's cache.
 *
 * @throws RunError when it is not there and cannot be installed
 */
export async function loadLocalPart(options: LoadOptions): Promise<LocalPart> {
  return (await localPartIfThere()) ?? (await import(pathToFileURL(await installedInCache(options)).href));
}

/** The same where nothing has to be installed for it. */
export async function localPartIfThere(): Promise<LocalPart | undefined> {
  // In a checkout, in that package and in a worker's image, what it needs can be found from here.
  if (canRunModels()) return await import('./local-part.js');
  const installed = entryFrom(import.meta.url);
  return installed === undefined ? undefined : await import(pathToFileURL(installed).href);
}

function canRunModels(): boolean {
  try {
    import.meta.resolve('@blipq/hub');
    return true;
  } catch {
    return false;
  }
}

/** Where the package is, seen from a module. */
function entryFrom(module: string): string | undefined {
  try {
    return createRequire(module).resolve('@blipq/local');
  } catch {
    return undefined;
  }
}

async function installedInCache({ version, env, say }: LoadOptions): Promise<string> {
  const wanted = env.BLIPQ_LOCAL_PART?.trim() || `@blipq/local@${version}`;
  const folder = join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'blipq', 'local-part', version);
  const entry = () => entryFrom(join(folder, 'package.json'));
  const found = entry();
  if (found !== undefined) return found;
  const byHand = `npm install -g blipq ${wanted}`;
  if (/^(1|true)$/i.test(env.BLIPQ_NO_INSTALL ?? '')) {
    throw new RunError(`this needs ${wanted}, which is not installed, and BLIPQ_NO_INSTALL is set: ${byHand}`);
  }
  say(`Installing ${wanted} into ${folder}: it brings onnxruntime and comes once …`);
  const partial = `${folder}.${process.pid}`;
  try {
    mkdirSync(partial, { recursive: true });
    writeFileSync(join(partial, 'package.json'), '{"private": true}\n');
    const args = ['install', '--prefix', partial, '--no-audit', '--no-fund', '--no-save', '--ignore-scripts', wanted];
    await promisify(execFile)('npm', args, { maxBuffer: 64 * 1024 * 1024 });
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    const { stderr = '', message } = error as Error & { stderr?: string };
    const why = stderr.split('\n').find((line) => /error/i.test(line)) ?? message.split('\n')[0];
    throw new RunError(`${wanted} cannot be installed: ${why}; try ${byHand}`, 1, { cause: error });
  }
  return entry() ?? join(folder, 'node_modules/@blipq/local');
}
