import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { say } from './bootstrap.mjs';
import { download } from './cuda-provider.mjs';
import { zipEntry, zipPaths } from './zip-entry.mjs';

/** Of CUDA 13.0.1 and a cuDNN 9, as in the base of the image worker-cuda. */
const cudaWheels = {
  'nvidia-cuda-runtime': '13.0.88',
  'nvidia-cuda-nvrtc': '13.0.88',
  'nvidia-cublas': '13.0.2.14',
  'nvidia-curand': '10.4.0.35',
  'nvidia-cudnn-cu13': '9.13.0.50',
};

/** The name of this architecture in wheels; undefined where there are none. */
export const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch];

/** Unpacks what onnxruntime's CUDA provider links to from PyPI's wheels into `folder`, unless it is there already. */
export async function addCudaLibraries(folder) {
  mkdirSync(folder, { recursive: true });
  for (const [name, version] of Object.entries(cudaWheels)) await unpackWheel(folder, name, version);
}

async function unpackWheel(folder, name, version) {
  const done = join(folder, `.${name}-${version}`);
  if (existsSync(done)) return;
  const index = `https://pypi.org/simple/${name}/`;
  const response = await fetch(index, { headers: { Accept: 'application/vnd.pypi.simple.v1+json' } });
  if (!response.ok) throw new Error(`${index} answered ${response.status}`);
  const { files } = await response.json();
  const file = files.find(({ filename }) => filename.includes(`-${version}-`) && filename.endsWith(`${machine}.whl`));
  if (file === undefined) throw new Error(`${index} has no wheel of ${version} for ${machine}`);
  say(`Downloading ${file.filename} …`);
  const wheel = await download(new URL(file.url, index), file.hashes.sha256);
  for (const path of zipPaths(wheel).filter((path) => /\.so(\.\d+)*$/.test(path)))
    writeFileSync(join(folder, basename(path)), zipEntry(wheel, path));
  writeFileSync(done, '');
}
