// npm run bench:gpu -- FOLDER: prepares a folder from which a machine with a GPU measures without a network, by FOLDER/run.
//   --shapes base,large   sizes of BLIP to measure
//   --pytorch             adds PyTorch for this machine's version of python3, 5 GB
//   --cpu                 leaves CUDA away: for `FOLDER/run --device cpu`
import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bootstrap, root, say } from './bootstrap.mjs';
import { addCudaLibraries } from './cuda-libraries.mjs';
import { addCudaProvider } from './cuda-provider.mjs';
import { runProgram } from './run-program.mjs';

const packages = ['torch==2.15.0', 'transformers==5.24.0'];
const options = {
  shapes: { type: 'string', default: 'base,large' },
  pytorch: { type: 'boolean', default: false },
  cpu: { type: 'boolean', default: false },
};
const { values, positionals } = parseArgs({ allowPositionals: true, options });
if (positionals.length !== 1) {
  say('Name the folder to prepare: npm run bench:gpu -- FOLDER [--shapes base,large] [--pytorch] [--cpu]');
  process.exit(1);
}
const folder = resolve(positionals[0]);
const app = join(folder, 'app');

await bootstrap();
mkdirSync(join(folder, 'bin'), { recursive: true });
say('Making checkpoints and graphs; BLIP-large takes minutes …');
node('benchmarks/dist/gpu-data.js', folder, '--shapes', values.shapes);
dropCpuForms(join(folder, 'graphs'));
say('Copying the program …');
rmSync(app, { recursive: true, force: true });
node('tools/image-steps.mjs', 'tree', '@blipq/benchmarks', app);
copyFileSync(process.execPath, join(folder, 'bin/node'));
if (!values.cpu) {
  await addCudaProvider(app, {});
  await addCudaLibraries(join(folder, 'lib'));
}
if (values.pytorch) {
  say(`Installing ${packages.join(' and ')} …`);
  runProgram('python3', ['-m', 'pip', 'install', '--quiet', '--target', join(folder, 'python'), ...packages]);
}
writeFileSync(
  join(folder, 'run'),
  `#!/bin/sh
# Prints a report in Markdown. Needs NVIDIA's driver; python3 for the figures of PyTorch.
cd "$(dirname "$0")" || exit 1
export LD_LIBRARY_PATH="$PWD/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
exec bin/node app/dist/gpu.js . "$@"
`,
);
chmodSync(join(folder, 'run'), 0o755);
say(`Copy ${folder} to the machine with the GPU and start ${join(folder, 'run')} > report.md there.`);

function node(...words) {
  runProgram(process.execPath, words, { cwd: root });
}

/** What onnxruntime has laid out for this machine's CPU. */
function dropCpuForms(graphs) {
  const forms = readdirSync(graphs, { recursive: true }).filter((path) => basename(path).startsWith('optimized-'));
  for (const path of forms) rmSync(join(graphs, path), { recursive: true, force: true });
}
