import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { providers, wheels } from '../../tools/cuda-provider.mjs';

const steps = fileURLToPath(new URL('../../tools/image-steps.mjs', import.meta.url));
const archives = {
  'package.nupkg': zip(providers.map((name) => [`runtimes/linux-${process.arch}/native/${name}`, bytesOf(name)])),
  'package.whl': zip(providers.map((name) => [`onnxruntime/capi/${name}`, bytesOf(name)])),
};
const sha256 = (name: keyof typeof archives) => createHash('sha256').update(archives[name]).digest('hex');

let feed: Server;
let mirror: string;
let folder: string;
const binding = () => join(folder, 'node_modules/onnxruntime-node/bin/napi-v6/linux', process.arch);

beforeAll(async () => {
  feed = createServer((request, response) => {
    const archive = archives[request.url?.slice(1) as keyof typeof archives];
    if (archive === undefined) response.writeHead(404).end();
    else response.end(archive);
  }).listen(0, '127.0.0.1');
  await once(feed, 'listening');
  mirror = `http://127.0.0.1:${(feed.address() as AddressInfo).port}`;
  folder = mkdtempSync(join(tmpdir(), 'blipq-steps-'));
  mkdirSync(binding(), { recursive: true });
  writeFileSync(join(binding(), 'onnxruntime_binding.node'), '');
  ofVersion('1.30.0');
});

afterAll(() => {
  feed.close();
  rmSync(folder, { recursive: true });
});

test('a wheel with its checksum is pinned for the version of onnxruntime-node that is installed, on each architecture', () => {
  const { version } = JSON.parse(readFileSync(join(onnxruntimeFolder(), 'package.json'), 'utf8'));
  expect(Object.keys(wheels)).toContain(version);
  for (const [arch, machine] of [
    ['x64', 'x86_64'],
    ['arm64', 'aarch64'],
  ] as const) {
    const { url, sha256 } = wheels[version]![arch]!;
    const name = `onnxruntime_gpu-${version.replaceAll('.', '\\.')}-cp\\d+-cp\\d+-manylinux_\\d+_\\d+_${machine}\\.whl`;
    expect(url).toMatch(new RegExp(`^https://files\\.pythonhosted\\.org/packages/[0-9a-f/]+/${name}$`));
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  }
});

test('without arguments the pinned wheel alone is accepted, from wherever it comes', async () => {
  const { code, output } = await run(['cuda', folder], { ORT_CUDA_URL: `${mirror}/package.whl` });
  expect(code).toBe(1);
  expect(output).toContain(
    `/package.whl has SHA-256 ${sha256('package.whl')}, expected ${wheels['1.30.0']![process.arch]!.sha256}`,
  );
  expect(providers.filter((name) => existsSync(join(binding(), name)))).toEqual([]);
});

test('a checksum that is none, and a version without a wheel, are refused with what to give', async () => {
  const advice = /^image-steps cuda: .*; give the SHA-256 of https:\S+\.nupkg as --build-arg ORT_CUDA_SHA256=[^\n]+\n$/;
  const latest = await run(['cuda', folder], { ORT_CUDA_SHA256: 'latest' });
  expect(latest).toEqual({ code: 1, output: expect.stringMatching(advice) });
  ofVersion('99.0.0');
  const unknown = await run(['cuda', folder], { ORT_CUDA_SHA256: '', ORT_CUDA_URL: '' });
  expect(unknown).toEqual({ code: 1, output: expect.stringMatching(advice) });
  expect(unknown.output).toContain('no wheel is pinned for onnxruntime-node 99.0.0');
  ofVersion('1.30.0');
});

test('a feed that does not have it is named', async () => {
  const url = `${mirror}/elsewhere`;
  const { code, output } = await run(['cuda', folder], { ORT_CUDA_URL: url, ORT_CUDA_SHA256: '0'.repeat(64) });
  expect({ code, output }).toEqual({ code: 1, output: `image-steps cuda: ${url} answered 404\n` });
});

test.each(Object.keys(archives) as (keyof typeof archives)[])(
  'the CUDA provider out of %s with the right checksum lies beside the binding',
  async (name) => {
    const given = { ORT_CUDA_URL: `${mirror}/${name}`, ORT_CUDA_SHA256: sha256(name) };
    expect(await run(['cuda', folder], given)).toEqual({ code: 0, output: '' });
    for (const provider of providers) {
      expect(readFileSync(join(binding(), provider))).toEqual(bytesOf(provider));
      rmSync(join(binding(), provider));
    }
  },
);

test.runIf(process.platform === 'linux')('a native library that lacks another one is found', async () => {
  const libraries = mkdtempSync(join(tmpdir(), 'blipq-steps-'));
  const source = fileURLToPath(new URL(`napi-v6/linux/${process.arch}/`, `file://${onnxruntimeFolder()}/bin/`));
  copyFileSync(join(source, 'onnxruntime_binding.node'), join(libraries, 'onnxruntime_binding.node'));
  const alone = await run(['check', libraries]);
  expect(alone).toEqual({
    code: 1,
    output: expect.stringMatching(/onnxruntime_binding\.node lacks libonnxruntime\.so\.1\n$/),
  });
  copyFileSync(join(source, 'libonnxruntime.so.1'), join(libraries, 'libonnxruntime.so.1'));
  expect(await run(['check', libraries])).toMatchObject({ code: 0 });
  // The CUDA provider opens cuDNN by name, once it runs.
  copyFileSync(join(source, 'libonnxruntime.so.1'), join(libraries, providers[0]!));
  const cudnn = mkdtempSync(join(tmpdir(), 'blipq-steps-'));
  writeFileSync(join(cudnn, 'libcudnn.so.9'), 'this is no library');
  expect(await run(['check', libraries], { LD_LIBRARY_PATH: cudnn })).toEqual({
    code: 1,
    output: `image-steps check: ${providers[0]} lacks libcudnn.so.9\n`,
  });
  copyFileSync(join(source, 'libonnxruntime.so.1'), join(cudnn, 'libcudnn.so.9'));
  expect(await run(['check', libraries], { LD_LIBRARY_PATH: cudnn })).toMatchObject({ code: 0 });
  for (const made of [libraries, cudnn]) rmSync(made, { recursive: true });
});

function ofVersion(version: string): void {
  writeFileSync(join(folder, 'node_modules/onnxruntime-node/package.json'), JSON.stringify({ version }));
}

function bytesOf(name: string): Buffer {
  return Buffer.from(`${name}'s bytes`);
}

function onnxruntimeFolder(): string {
  return fileURLToPath(new URL('../../packages/blip/node_modules/onnxruntime-node', import.meta.url));
}

async function run(
  args: string[],
  env: Partial<Record<string, string>> = {},
): Promise<{ code: number; output: string }> {
  const { ORT_CUDA_SHA256: _, ORT_CUDA_URL: __, ...inherited } = process.env;
  const child = spawn(process.execPath, [steps, ...args], { env: { ...inherited, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  return { code, output };
}

/** A zip archive, its first file stored and the others deflated. */
function zip(files: [string, Buffer][]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [index, [name, content]] of files.entries()) {
    const method = index === 0 ? 0 : 8;
    const bytes = method === 0 ? content : deflateRawSync(content);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(method, 4);
    facts.writeUInt32LE(crc32(content), 10);
    facts.writeUInt32LE(bytes.length, 14);
    facts.writeUInt32LE(content.length, 18);
    facts.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), facts, Buffer.from(name), bytes]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), facts, tail, Buffer.from(name)]));
    parts.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}
