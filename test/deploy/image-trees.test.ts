import { type ChildProcess, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { freePort } from '../../packages/test-servers/src/free-port.js';
import { buildTargets, type ImageTree } from '../../tools/image-tree.mjs';
import { exampleCaptions, finished, submit } from '../captions-client.js';
import { answering, runIn, startIn } from './image-process.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const targets = ['gateway', 'notifier', 'worker-cpu'] as const;
const secret = 'whsec_YmxpcXEgdGVzdCBzZWNyZXQgMTIzNDU2Nzg5MDEyMzQ=';
const prepare = ['node', 'node_modules/blipq/dist/main.js', 'model', 'prepare'];
/** `ldd` and hard links: as in the images. */
const canBuild = process.platform === 'linux' && spawnSync('ldd', ['--version']).status === 0;

describe.skipIf(!canBuild)("the images' trees, built by the Dockerfile's steps in a clean folder", () => {
  const folder = mkdtempSync(join(tmpdir(), 'blipq-images-'));
  const running: ChildProcess[] = [];
  let trees: Record<(typeof targets)[number], ImageTree>;
  let model: string;

  beforeAll(() => {
    chmodSync(folder, 0o755);
    trees = buildTargets(folder, targets);
    model = join(trees['worker-cpu'].root, 'models/demo');
    cpSync(join(root, 'models/demo'), model, { recursive: true });
  }, 900_000);

  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  test('hold what their programs load and no more: no tools, types, sources, maps, tests or other platforms', () => {
    for (const [name, tree] of Object.entries(trees)) {
      const files = filesBelow(tree.root);
      const packages = new Set(
        files.flatMap((file) => /\/node_modules\/\.pnpm\/(@?[^/@]+)@[^/]+\//.exec(file)?.[1] ?? []),
      );
      expect(packages, name).toContain('pino');
      for (const tool of ['typescript', 'vitest', '@biomejs+biome', 'turbo', 'playwright-core']) {
        expect(packages, name).not.toContain(tool);
      }
      const notForUse = files.filter((file) =>
        /@blipq\/.*\.test\.|\/(darwin|win32)\/(x64|arm64)\/|\/dist\/testing\/|\.d\.ts$|\/@types\/|zod\/src\/|\.modules\.yaml$/.test(
          file,
        ),
      );
      expect(notForUse, name).toEqual([]);
      const otherAbi = new RegExp(`musl|\\.abi(?!${process.versions.modules}\\.)`);
      const bindings = files.filter((file) => /\/msgpackr-extract-[^/]+\/[^/]+\.node$/.test(file));
      expect(bindings.length, name).toBeGreaterThan(0);
      expect(
        bindings.filter((file) => otherAbi.test(basename(file))),
        name,
      ).toEqual([]);
      const board = name === 'gateway' ? ['@bull-board+api', '@bull-board+ui'] : [];
      expect([...packages].filter((one) => /^@bull-board\+(api|ui)$/.test(one)).toSorted(), name).toEqual(board);
      expect(packages.has('onnxruntime-node'), name).toBe(name === 'worker-cpu');
      expect(packages.has('sharp'), name).toBe(name === 'gateway');
      const megabytes = files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6;
      expect(megabytes, name).toBeLessThan({ gateway: 90, notifier: 40, 'worker-cpu': 95 }[name]!);
    }
  });

  test('boot as their unprivileged user, pass their health checks, and caption an image; a stop is clean', async () => {
    const ports = { gateway: await freePort(), 'worker-cpu': await freePort(), notifier: await freePort() };
    // What is loaded only when it is asked for has to be in the trees as well: the traces' SDK, the queues' page.
    const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };
    const common = { REDIS_URL: inject('redisUrl'), BLIPQ_NAMESPACE: `images-${randomUUID()}`, ...traced };
    const [internal, adminKey] = [await freePort(), randomUUID()];
    const workerEnv = { BLIPQ_MODEL: model, HF_HUB_OFFLINE: '1', BLIPQ_THREADS: '1' };

    expect(await runIn(trees['worker-cpu'], workerEnv, [...prepare, model])).toMatchObject({ code: 0 });
    const start = (name: (typeof targets)[number], env: Record<string, string>) => {
      const port = { [name === 'gateway' ? 'PORT' : 'BLIPQ_HEALTH_PORT']: String(ports[name]) };
      const child = startIn(trees[name], { ...common, ...port, ...env });
      running.push(child);
      return answering(child, `http://127.0.0.1:${ports[name]}/readyz`);
    };
    await Promise.all([
      start('worker-cpu', workerEnv),
      start('gateway', { BLIPQ_THREADS: '1', BLIPQ_INTERNAL_PORT: String(internal), BLIPQ_ADMIN_KEY: adminKey }),
      start('notifier', { BLIPQ_WEBHOOK_SECRET: secret }),
    ]);

    for (const name of targets) {
      const check = trees[name].healthcheck.map((word) => word.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${ports[name]}`));
      expect(await runIn(trees[name], {}, check.slice(check.indexOf('node'))), name).toMatchObject({ code: 0 });
    }
    const url = `http://127.0.0.1:${ports.gateway}`;
    const { id } = await submit(url, 'dog-on-the-grass.jpg');
    expect((await finished(url, id)).caption?.text).toBe(exampleCaptions['dog-on-the-grass.jpg']);
    expect((await fetch(`${url}/docs/errors/image_too_large`)).status).toBe(200);
    expect((await fetch(`${url}/playground`)).status).toBe(200);
    const headers = { authorization: `Bearer ${adminKey}` };
    const live = async (path: string) =>
      (await fetch(`http://127.0.0.1:${internal}/admin/live${path}`, { headers })).status;
    expect([await live(''), await live('/data'), await live('/static/live.js')]).toEqual([200, 200, 200]);
    const board = await fetch(`http://127.0.0.1:${internal}/admin/queues`, { headers });
    const script = /src="(static\/js\/main[^"]+)"/.exec(await board.text())?.[1];
    expect(board.status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${internal}/admin/queues/${script}`, { headers })).status).toBe(200);

    for (const child of running.reverse()) {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      expect(await exit).toEqual([0, null]);
    }
  });

  const oneLine = /^[^\n]+\n$/;
  const unreachable = { REDIS_URL: 'redis://127.0.0.1:1' };

  test('what cannot work ends with one clear line', async () => {
    const notifier = await runIn(trees.notifier, unreachable);
    expect(notifier).toEqual({ code: 1, output: expect.stringMatching(oneLine) });
    expect(notifier.output).toContain('BLIPQ_WEBHOOK_SECRET is not set');
    const gateway = await runIn(trees.gateway, { REDIS_URL: 'CHANGE-ME' });
    expect(gateway).toEqual({ code: 1, output: expect.stringMatching(oneLine) });
    expect(gateway.output).toContain('REDIS_URL');
  });

  test.runIf(process.getuid?.() === 0)('a model volume that cannot be written to is named in one line', async () => {
    const readOnly = join(folder, 'read-only');
    cpSync(model, readOnly, { recursive: true });
    const { code, output } = await runIn(trees['worker-cpu'], { BLIPQ_CACHE: join(readOnly, 'graphs') }, [
      ...prepare,
      model,
    ]);
    expect(code).toBe(1);
    expect(output.trimEnd().split('\n').at(-1)).toContain(readOnly);
    expect(output).not.toMatch(/^\s+at /m);
  });
});

/** Every file below a folder; links are not followed. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}
