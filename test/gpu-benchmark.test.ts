import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const program = (name: string) => fileURLToPath(new URL(`../benchmarks/dist/${name}.js`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'blipq-gpu-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the GPU benchmark checks, measures and reports on a machine without a GPU, from a prepared folder alone', () => {
  const options = ['--shapes', 'demo', '--precision', 'fp32', '--references', 'caption-tied-fp16'];
  execFileSync(process.execPath, [program('gpu-data'), folder, ...options], { stdio: 'pipe' });
  const words = ['--device', 'cpu', '--batches', '1,2', '--workers', '2', '--seconds', '0', '--runs', '1'];
  const { status, stdout } = spawnSync(process.execPath, [program('gpu'), folder, ...words], {
    env: { PATH: '/nowhere' },
    encoding: 'utf8',
  });
  expect(stdout).toMatch(/^\| caption-tied-fp16 +\| 15 of 15 \| +0\.000\d \|$/m);
  expect(stdout).toMatch(/^\| BlipQ +\| +2 \|( +\d+\.\d+ \|){3}/m);
  expect(stdout).toMatch(/^\| in turn +\| +2 \| +\d+\.\d \|$/m);
  expect(stdout).toMatch(/^- demo, PyTorch: /m);
  expect(status).toBe(0);
});
