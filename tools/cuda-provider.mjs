import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesBelow } from './trim-tree.mjs';
import { zipEntry } from './zip-entry.mjs';

/** What onnxruntime loads beside itself to run on CUDA. */
export const providers = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'];

/**
 * Wheels of onnxruntime-gpu, by the version of onnxruntime-node that they belong to and by architecture. A new version
 * of onnxruntime-node gets its line from https://pypi.org/pypi/onnxruntime-gpu/<version>/json: the wheel for any Python,
 * as the providers do not depend on it. Those of 1.30 are for CUDA 13 and cuDNN 9.
 */
export const wheels = {
  '1.30.0': {
    x64: {
      url: 'https://files.pythonhosted.org/packages/9e/80/d96143329dbe925d434b016c890a5caa785fac8e14a1570e5d6818b63545/onnxruntime_gpu-1.30.0-cp312-cp312-manylinux_2_28_x86_64.whl',
      sha256: '6acc0f4b3d5ac5f2984432faa59dd8fcce6775f8b43a7140afa0f322c7a703b1',
    },
    arm64: {
      url: 'https://files.pythonhosted.org/packages/39/2b/97887b3f49ddad0d22b596a1e32a38a8e029cad81c6342da6d709cdc381c/onnxruntime_gpu-1.30.0-cp312-cp312-manylinux_2_34_aarch64.whl',
      sha256: '12af352b24145b3480794fcf327d313a240550e772a07fb182390872c1a642fc',
    },
  },
};

/**
 * Puts onnxruntime's CUDA provider beside the binding of onnxruntime-node in `folder`.
 *
 * @param given `ORT_CUDA_URL`: another place of the pinned wheel, or of an archive with the SHA-256 `ORT_CUDA_SHA256`;
 *   that alone means NuGet's package of the same version
 */
export async function addCudaProvider(folder, { ORT_CUDA_URL: givenUrl, ORT_CUDA_SHA256: givenSha256 }) {
  const binding = bindingFolder(folder);
  const { version } = JSON.parse(readFileSync(join(binding, '../../../../package.json'), 'utf8'));
  const wheel = wheels[version]?.[process.arch];
  const nuget = `https://api.nuget.org/v3-flatcontainer/microsoft.ml.onnxruntime.gpu.linux/${version}/microsoft.ml.onnxruntime.gpu.linux.${version}.nupkg`;
  const sha256 = givenSha256 || wheel?.sha256;
  if (!/^[0-9a-f]{64}$/.test(sha256 ?? '')) {
    const why = givenSha256
      ? `ORT_CUDA_SHA256 is ${givenSha256}`
      : `no wheel is pinned for onnxruntime-node ${version}`;
    throw new Error(
      `${why}; give the SHA-256 of ${givenUrl || nuget} as --build-arg ORT_CUDA_SHA256=<64 hexadecimal digits>`,
    );
  }
  const url = givenUrl || (givenSha256 ? nuget : wheel.url);
  const archive = await download(url, sha256);
  for (const name of providers) {
    writeFileSync(join(binding, name), provider(archive, name), { mode: 0o755 });
  }
}

/** A file whose SHA-256 is known. */
export async function download(url, sha256) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual !== sha256) throw new Error(`${url} has SHA-256 ${actual}, expected ${sha256}`);
  return bytes;
}

/** From a wheel or from NuGet's package. */
function provider(archive, name) {
  try {
    return zipEntry(archive, `onnxruntime/capi/${name}`);
  } catch {
    return zipEntry(archive, `runtimes/linux-${process.arch}/native/${name}`);
  }
}

/** Where the binding looks for the providers: beside itself. */
export function bindingFolder(folder) {
  const end = `/linux/${process.arch}/onnxruntime_binding.node`;
  const bindings = filesBelow(folder).filter((path) => path.endsWith(end));
  if (bindings.length !== 1) throw new Error(`${folder} has ${bindings.length} bindings of onnxruntime at …${end}`);
  return dirname(bindings[0]);
}
