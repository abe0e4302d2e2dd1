// The steps of docker/Dockerfile, run in its stages. Uses Node's own modules only.
//   node tools/image-steps.mjs build                   installs the locked dependencies and compiles everything
//   node tools/image-steps.mjs tree <package> <folder> [<package> …]
//                                                      one package with its production dependencies, trimmed, and
//                                                      without further packages that its image never loads
//   node tools/image-steps.mjs cuda <folder>           adds onnxruntime's CUDA provider to such a tree
//   node tools/image-steps.mjs check <folder>          fails when a native library lacks one that it needs
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { addCudaProvider, providers } from './cuda-provider.mjs';
import { filesBelow, trimTree } from './trim-tree.mjs';

const steps = { build, tree, cuda, check };
/** Comes with the driver, from the host. */
const fromTheHost = ['libcuda.so.1'];
/** What the CUDA provider opens by name once it runs, which `ldd` does not see. */
const openedByCuda = ['libcudnn.so.9'];

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

function tree(packageName, folder, ...without) {
  // Injecting makes pnpm follow the lockfile here too, and copy the workspace's packages instead of linking them.
  pnpm('--filter', packageName, 'deploy', '--prod', '--config.inject-workspace-packages=true', folder);
  trimTree(folder, without);
  // Copied into the worker's image to give its volume an owner.
  mkdirSync('models', { recursive: true });
}

async function cuda(folder) {
  await addCudaProvider(folder, process.env);
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
  if (libraries.some((path) => basename(path) === providers[0])) {
    missing.push(...openedByCuda.filter((name) => !canBeOpened(name)).map((name) => `${providers[0]} lacks ${name}`));
  }
  if (missing.length > 0) throw new Error(missing.join('\n'));
  console.log(`${libraries.length} native libraries in ${folder} find all that they need`);
}

/** Whether the loader finds a library and all that it needs. Node opens it, and then sees that it is no module of its. */
function canBeOpened(name) {
  try {
    process.dlopen({ exports: {} }, name);
    return true;
  } catch (error) {
    return error.message.startsWith('Module did not self-register');
  }
}

function pnpm(...args) {
  const { packageManager } = JSON.parse(readFileSync('package.json', 'utf8'));
  const command = ['exec', '--yes', `--package=${packageManager}`, '--', 'pnpm', ...args];
  const { status, error } = spawnSync('npm', command, { stdio: 'inherit', env: { ...process.env, CI: 'true' } });
  if (error) throw error;
  if (status !== 0) throw new Error(`"pnpm ${args.join(' ')}" failed with exit code ${status}`);
}
