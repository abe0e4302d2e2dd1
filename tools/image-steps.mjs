// The steps of docker/Dockerfile, run in its stages. Uses Node's own modules only.
//   node tools/image-steps.mjs build                   installs the locked dependencies and compiles everything
//   node tools/image-steps.mjs tree <package> <folder> one package with its production dependencies, trimmed
//   node tools/image-steps.mjs cuda <folder>           adds onnxruntime's CUDA provider to such a tree
//   node tools/image-steps.mjs check <folder>          fails when a native library lacks one that it needs
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { zipEntry } from './zip-entry.mjs';

const steps = { build, tree, cuda, check };
/** Comes with the driver, from the host. */
const fromTheHost = ['libcuda.so.1'];
const providers = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'];

const [step, ...args] = process.argv.slice(2);
try {
  if (!Object.hasOwn(steps, step)) throw new Error(`there is no step "${step}"`);
  await steps[step](...args);
} catch (error) {
  console.error(`image-steps ${step}: ${error.message}`);
  process.exitCode = 1;
}

function build() {
  pnpm('install', '--frozen-lockfile');
  pnpm('--filter', './packages/*', '--filter', './apps/*', 'run', 'build');
}

function tree(packageName, folder) {
  // Injecting makes pnpm follow the lockfile here too, and copy the workspace's packages instead of linking them.
  pnpm('--filter', packageName, 'deploy', '--prod', '--config.inject-workspace-packages=true', folder);
  for (const path of filesBelow(folder).filter(isNotNeeded)) rmSync(path);
  // Copied into the worker's image to give its volume an owner.
  mkdirSync('models', { recursive: true });
}

/** What is for another platform or for tests. */
function isNotNeeded(path) {
  if (/\/onnxruntime-node\/bin\//.test(path)) return !path.includes(`/${process.platform}/${process.arch}/`);
  if (/\/@blipq\/|\/blipq\/|^[^/]+\/dist\//.test(path) && /\.(test|fixture)\.|\/testing\//.test(path)) {
    return path.includes('/dist/');
  }
  return /musl\.node$|\/musl_[^/]+\//.test(path);
}

async function cuda(folder) {
  const binding = bindingFolder(folder);
  const { version } = JSON.parse(readFileSync(join(binding, '../../../../package.json'), 'utf8'));
  const feed = `https://api.nuget.org/v3-flatcontainer/microsoft.ml.onnxruntime.gpu.linux/${version}`;
  const { ORT_CUDA_SHA256, ORT_CUDA_URL: url = `${feed}/microsoft.ml.onnxruntime.gpu.linux.${version}.nupkg` } =
    settings();
  if (!/^[0-9a-f]{64}$/.test(ORT_CUDA_SHA256 ?? '')) {
    throw new Error(
      `give the SHA-256 of ${url} as --build-arg ORT_CUDA_SHA256=<64 hexadecimal digits>; docs/how-to/deploy.md says how to get it`,
    );
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual !== ORT_CUDA_SHA256) throw new Error(`${url} has SHA-256 ${actual}, expected ${ORT_CUDA_SHA256}`);
  for (const name of providers) {
    writeFileSync(join(binding, name), zipEntry(bytes, `runtimes/linux-x64/native/${name}`), { mode: 0o755 });
  }
}

/** A build argument that was not given is blank. */
function settings() {
  return Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
}

/** Where the binding looks for the providers: beside itself. */
function bindingFolder(folder) {
  const bindings = filesBelow(folder).filter((path) => /linux\/x64\/onnxruntime_binding\.node$/.test(path));
  if (bindings.length !== 1) throw new Error(`${folder} has ${bindings.length} bindings of onnxruntime for linux/x64`);
  return dirname(bindings[0]);
}

function check(folder) {
  const libraries = filesBelow(folder).filter((path) => /\.node$|\.so(\.\d+)*$/.test(basename(path)));
  const missing = [realpathSync(process.execPath), ...libraries].flatMap((path) => {
    const { stdout, status, stderr, error } = spawnSync('ldd', [path], { encoding: 'utf8' });
    if (error) throw error;
    if (status !== 0) throw new Error(`ldd ${path}: ${stderr.trim()}`);
    const names = [...stdout.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name);
    return names.filter((name) => !fromTheHost.includes(name)).map((name) => `${path} lacks ${name}`);
  });
  if (missing.length > 0) throw new Error(missing.join('\n'));
  console.log(`${libraries.length} native libraries in ${folder} find all that they need`);
}

function pnpm(...args) {
  const { packageManager } = JSON.parse(readFileSync('package.json', 'utf8'));
  const command = ['exec', '--yes', `--package=${packageManager}`, '--', 'pnpm', ...args];
  const { status, error } = spawnSync('npm', command, { stdio: 'inherit', env: { ...process.env, CI: 'true' } });
  if (error) throw error;
  if (status !== 0) throw new Error(`"pnpm ${args.join(' ')}" failed with exit code ${status}`);
}

/** Every file below a folder. Links are not followed, which `recursive` of readdir does on some versions of Node. */
function filesBelow(folder) {
  if (!existsSync(folder)) throw new Error(`there is no folder ${folder}`);
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}
