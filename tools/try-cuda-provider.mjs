// npm run try:cuda: loads the CUDA provider that the image worker-cuda gets, beside onnxruntime-node's own library and the
// CUDA and cuDNN of PyPI's wheels, and goes on until it asks for a device. Needs Linux, cc and nm, 3 GB of disk and no GPU.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bootstrap, root, say } from './bootstrap.mjs';
import { addCudaLibraries, machine } from './cuda-libraries.mjs';
import { addCudaProvider, bindingFolder, providers } from './cuda-provider.mjs';
import { hasProgram } from './ensure-program.mjs';
import { runProgram } from './run-program.mjs';

const folder = join(root, 'node_modules/.cache/blipq/cuda');
const libraries = join(folder, 'lib');

const absent = ['cc', 'nm', 'ldd'].filter((program) => !hasProgram(program));
if (process.platform !== 'linux' || machine === undefined || absent.length > 0) {
  say(
    `Skipped: this needs Linux on x64 or arm64 and the programs cc, nm and ldd${absent.length > 0 ? `; there is no ${absent.join(' and no ')}` : ''}.`,
  );
} else {
  await bootstrap();
  const binding = await addProvider();
  await addCudaLibraries(libraries);
  const driver = standInDriver();
  const provider = join(binding, providers[0]);
  proveLinks(provider, driver);
  proveLateSymbols(provider);
  proveLoading(driver);
}

/** onnxruntime-node as it is installed, with the provider beside its binding. */
async function addProvider() {
  const installed = dirname(
    createRequire(join(root, 'packages/blip/package.json')).resolve('onnxruntime-node/package.json'),
  );
  const modules = join(folder, 'node_modules');
  rmSync(modules, { recursive: true, force: true });
  for (const name of ['onnxruntime-node', 'onnxruntime-common'])
    cpSync(realpathSync(join(installed, '..', name)), join(modules, name), { recursive: true });
  await addCudaProvider(folder, {});
  say(
    `The provider comes from the wheel whose SHA-256 is pinned for onnxruntime-node ${readJson(join(modules, 'onnxruntime-node/package.json')).version}.`,
  );
  return bindingFolder(folder);
}

/** The folder of a libcuda.so.1 that finds no device. */
function standInDriver() {
  const driver = join(folder, 'driver');
  mkdirSync(driver, { recursive: true });
  const source = join(root, 'tools/cuda-driver-without-device.c');
  runProgram('cc', ['-shared', '-fPIC', '-Wl,-soname,libcuda.so.1', '-o', join(driver, 'libcuda.so.1'), source]);
  return driver;
}

/** Every library and symbol that the provider links to is there. */
function proveLinks(provider, driver) {
  const { stdout, stderr } = spawnSync('ldd', ['-r', provider], { encoding: 'utf8', env: withLibraries(driver) });
  const lines = `${stdout}${stderr}`.split('\n').filter((line) => /not found|undefined symbol/.test(line));
  // onnxruntime loads the library that has it before the provider.
  const host = runProgram('nm', ['-D', '--defined-only', join(dirname(provider), providers[1])]);
  const missing = lines.filter((line) => !(line.includes('Provider_GetHost') && host.includes('Provider_GetHost')));
  if (missing.length > 0) throw new Error(`the provider does not link:\n${missing.join('\n')}`);
  say('Every library and symbol that it links to is found.');
}

/** Every function of cuDNN that the provider asks for by name, once it runs, is there. */
function proveLateSymbols(provider) {
  const names = new Set(
    readFileSync(provider)
      .toString('latin1')
      .match(/(?<=\0)cudnn[A-Z]\w+(?=\0)/g),
  );
  const cudnn = zipLibraries('libcudnn')
    .map((path) => runProgram('nm', ['-D', '--defined-only', path]))
    .join('\n');
  const missing = [...names].filter((name) => !new RegExp(` ${name}(@|$)`, 'm').test(cudnn));
  if (names.size === 0 || missing.length > 0) throw new Error(`cuDNN lacks ${missing.join(', ') || 'everything'}`);
  say(`All ${names.size} functions of cuDNN that it asks for by name are found.`);
}

/** onnxruntime-node loads the provider and sets it up, until the CUDA runtime says that there is no device. */
function proveLoading(driver) {
  const model = join(folder, 'model');
  const made = { ...process.env, BLIPQ_CACHE: model, BLIPQ_PRECISION: 'fp32', BLIPQ_DEVICE: 'cpu' };
  const prepared = runProgram(
    process.execPath,
    ['apps/cli/dist/main.js', 'model', 'prepare', 'models/demo', '--json'],
    {
      cwd: root,
      env: made,
    },
  );
  const graphs = JSON.parse(prepared).prepared;
  const script = `const { InferenceSession } = require('onnxruntime-node');
    const session = (device) => InferenceSession.create(process.argv[1], { executionProviders: [device] });
    session('cpu').then(() => session('cuda')).then(() => console.log('a session'), (error) => console.log(error.message));`;
  const said = runProgram(process.execPath, ['-e', script, join(graphs, 'encoder.onnx')], {
    cwd: folder,
    env: withLibraries(driver),
  });
  if (!said.includes('CUDA failure 100: no CUDA-capable device is detected'))
    throw new Error(`it did not ask for a device: ${said}`);
  say(
    'onnxruntime-node runs on the CPU beside it, loads it, and it asks CUDA for a device: "no CUDA-capable device is detected".',
  );
}

function zipLibraries(prefix) {
  return readdirSync(libraries)
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(libraries, name));
}

function withLibraries(driver) {
  return { ...process.env, LD_LIBRARY_PATH: `${libraries}:${driver}` };
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
