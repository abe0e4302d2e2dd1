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

const steps = fileURLToPath(new URL('../../tools/image-steps.mjs', import.meta.url));
const providers = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'];
const archive = zip(providers.map((name) => [`runtimes/linux-x64/native/${name}`, Buffer.from(`${name}'s bytes`)]));
const sha256 = createHash('sha256').update(archive).digest('hex');

let feed: Server;
let url: string;
let folder: string;
const binding = () => join(folder, 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64');

beforeAll(async () => {
  feed = createServer((request, response) => {
    if (request.url === '/package.nupkg') response.end(archive);
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(feed, 'listening');
  url = `http://127.0.0.1:${(feed.address() as AddressInfo).port}/package.nupkg`;
  folder = mkdtempSync(join(tmpdir(), 'blipq-steps-'));
  mkdirSync(binding(), { recursive: true });
  writeFileSync(join(binding(), 'onnxruntime_binding.node'), '');
  writeFileSync(join(folder, 'node_modules/onnxruntime-node/package.json'), '{"version":"1.30.0"}');
});

afterAll(() => {
  feed.close();
  rmSync(folder, { recursive: true });
});

test('the CUDA provider is refused without a checksum, and the address to take it from is named', async () => {
  for (const given of [{}, { ORT_CUDA_SHA256: '', ORT_CUDA_URL: '' }, { ORT_CUDA_SHA256: 'latest' }]) {
    const { code, output } = await run(['cuda', folder], given);
    expect(code).toBe(1);
    expect(output).toMatch(/^image-steps cuda: give the SHA-256 of https:\S+\.1\.30\.0\.nupkg as --build-arg[^\n]+\n$/);
  }
});

test('the CUDA provider is refused with another checksum, and nothing of it is kept', async () => {
  const { code, output } = await run(['cuda', folder], { ORT_CUDA_URL: url, ORT_CUDA_SHA256: '0'.repeat(64) });
  expect(code).toBe(1);
  expect(output).toContain(`has SHA-256 ${sha256}, expected ${'0'.repeat(64)}`);
  expect(providers.filter((name) => existsSync(join(binding(), name)))).toEqual([]);
});

test('a feed that does not have it is named', async () => {
  const { code, output } = await run(['cuda', folder], { ORT_CUDA_URL: `${url}x`, ORT_CUDA_SHA256: sha256 });
  expect({ code, output }).toEqual({ code: 1, output: `image-steps cuda: ${url}x answered 404\n` });
});

test('the CUDA provider with the right checksum lies beside the binding', async () => {
  expect(await run(['cuda', folder], { ORT_CUDA_URL: url, ORT_CUDA_SHA256: sha256 })).toEqual({ code: 0, output: '' });
  for (const name of providers) expect(readFileSync(join(binding(), name), 'utf8')).toBe(`${name}'s bytes`);
});

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
  rmSync(libraries, { recursive: true });
});

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
