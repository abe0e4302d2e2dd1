// Makes a fresh clone runnable with nothing but Node and npm: installs the locked dependencies and builds every
// package, or finds within a moment that both are already done. Uses Node's own modules only, because it runs before
// anything is installed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { documentPaths } from '../apps/site/src/document-paths.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamps = join(root, 'node_modules', '.cache', 'blipq');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Installs and builds what changed since last time. Ends the process with a sentence when that fails. */
export async function bootstrap() {
  checkNode();
  const others = ['benchmarks', 'test/chaos'].map((folder) => join(root, folder));
  const packages = [...foldersIn('packages'), ...foldersIn('apps'), ...others].filter((folder) =>
    existsSync(join(folder, 'package.json')),
  );
  const locked = [
    'package.json',
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    '.pnpmfile.cjs',
    'tsconfig.base.json',
    'turbo.json',
  ].map((name) => join(root, name));
  const manifests = packages.map((folder) => join(folder, 'package.json'));

  const installed = digest([...locked, ...manifests]);
  if (stamp('install') !== installed) {
    say('Installing dependencies (the first time takes about a minute) …');
    await pnpm('install', '--frozen-lockfile', '--config.confirmModulesPurge=false');
    setStamp('install', installed);
  }

  const sources = packages.flatMap((folder) => ['src', 'assembly'].flatMap((name) => filesIn(join(folder, name))));
  // The site is made of them.
  const documents = new Set([...filesIn(join(root, 'docs')), ...documentPaths().map((path) => join(root, path))]);
  const built = digest([...locked, ...manifests, ...sources, ...documents]);
  const complete = packages.every((folder) => existsSync(join(folder, 'dist')));
  if (stamp('build') !== built || !complete) {
    say('Building …');
    await pnpm('exec', 'turbo', 'run', 'build', '--output-logs=errors-only');
    setStamp('build', built);
  }
}

/** Prints a line about what is going on. */
export function say(text) {
  console.log(`blipq: ${text}`);
}

/** Prints why it cannot go on and ends the process with exit code 1. */
export function giveUp(text) {
  console.error(`blipq: ${text}`);
  process.exit(1);
}

/**
 * Runs a program to its end, and resolves with its exit code. A signal to us goes to the program first; once it has
 * ended, so do we. What it prints is shown, but of a `quiet` program only when it fails.
 */
export async function run(program, args, { env = process.env, quiet = false } = {}) {
  const child = spawn(program, args, { cwd: root, env, stdio: quiet ? ['inherit', 'pipe', 'pipe'] : 'inherit' });
  const printed = [];
  for (const output of quiet ? [child.stdout, child.stderr] : []) output.on('data', (chunk) => printed.push(chunk));
  let interrupted = 0;
  const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
  const forward = (signal) => {
    interrupted ||= signals[signal];
    child.kill(signal);
  };
  for (const signal of Object.keys(signals)) process.on(signal, forward);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  for (const signal of Object.keys(signals)) process.off(signal, forward);
  if (interrupted) process.exit(interrupted);
  if (code !== 0) process.stderr.write(Buffer.concat(printed));
  return code;
}

/**
 * pnpm comes along by itself: npm fetches the version that package.json names from the user's registry. The notices of
 * npm, pnpm and turbo are for others; what they print matters when they fail.
 */
async function pnpm(...args) {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', npm_config_update_notifier: 'false' };
  const code = await run(npm, ['exec', '--yes', `--package=${manifest.packageManager}`, '--', 'pnpm', ...args], {
    env,
    quiet: true,
  });
  if (code !== 0) giveUp(`"pnpm ${args.join(' ')}" failed with exit code ${code}; its messages are above`);
}

function checkNode() {
  const wanted = manifest.engines.node.replace('>=', '').split('.').map(Number);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > wanted[0] || (major === wanted[0] && minor >= wanted[1])) return;
  giveUp(`this is Node ${process.versions.node}, BlipQ needs ${wanted.join('.')} or newer (https://nodejs.org)`);
}

/** A stamp lies in node_modules, so that deleting that folder starts afresh. */
function stamp(name) {
  const file = join(stamps, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function setStamp(name, value) {
  mkdirSync(stamps, { recursive: true });
  writeFileSync(join(stamps, name), value);
}

/** One digest over the files' paths and contents, and over what makes native packages differ. */
function digest(files) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${process.versions.modules}`);
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

function foldersIn(name) {
  const entries = readdirSync(join(root, name), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(root, name, entry.name));
}

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}
