import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../packages/test-servers/src/free-port.js';
import { packAll } from '../../tools/release/pack.mjs';
import { exampleCaptions } from '../captions-client.js';
import { startCommand } from './started-command.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const examples = join(root, 'models/demo/examples');
const scene = 'dog-on-the-grass.jpg';
/** For npm to install hundreds of packages on a machine that is busy with other things. */
const installMs = 1_800_000;
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** Installs from the registry what they need, hence not a part of `npm test`: `npm run test:packages`. */
describe.skipIf(process.env.BLIPQ_TRY_PACKAGES !== '1')('the packages, installed by npm as a user does', () => {
  const place = mkdtempSync(join(tmpdir(), 'blipq-packages-'));
  const packed = join(place, 'packed');
  const env = { PATH: process.env.PATH ?? '', HOME: place, BLIPQ_NO_INSTALL: '1' };

  /** A folder in which these are installed, and what each of the names in a folder of node_modules is. */
  function installed(name: string, packages: string[], more: string[] = []) {
    const folder = join(place, name);
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    const files = packages.map((one) => join(packed, `${one}-${version}.tgz`));
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', ...files, ...more];
    execFileSync('npm', args, { cwd: folder, env: { ...env, npm_config_cache: npmCache }, stdio: 'pipe' });
    const node = (script: string) => {
      writeFileSync(join(folder, 'script.js'), script);
      return execFileSync(process.execPath, ['script.js'], { cwd: folder, env, encoding: 'utf8' });
    };
    const command = join(folder, 'node_modules/.bin/blipq');
    const blipq = (args: string[], more: Record<string, string> = {}) =>
      execFileSync(command, args, { cwd: folder, env: { ...env, ...more }, encoding: 'utf8' });
    return { folder, node, blipq, command };
  }
  const npmCache = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim();

  beforeAll(() => packAll(packed, 'https://github.com/someone/blipq'));
  afterAll(() => rmSync(place, { recursive: true, force: true }));

  test('hold no tests, no sources of ours, and name the repository that they were built from', () => {
    for (const file of readdirSync(packed)) {
      const listed = execFileSync('tar', ['tzf', join(packed, file)], { encoding: 'utf8' }).split('\n');
      const ours = listed.filter((name) => !/\/node_modules\/(?!@blipq)/.test(name));
      expect(
        ours.filter((name) => /\.test\.|\/testing\/|\.fixture\.|(?<!\.d)\.ts$|\.map$/.test(name)),
        file,
      ).toEqual([]);
      expect(listed, file).toContain('package/LICENSE');
      const manifest = JSON.parse(
        execFileSync('tar', ['xzOf', join(packed, file), 'package/package.json'], { encoding: 'utf8' }),
      );
      expect(manifest).toMatchObject({ version, publishConfig: { access: 'public' } });
      expect(manifest.repository.url).toBe('git+https://github.com/someone/blipq.git');
      expect(JSON.stringify(manifest.dependencies)).not.toMatch(/workspace:|catalog:/);
    }
  });

  test('@blipq/blip captions with what it declares, as its README says', { timeout: installMs }, () => {
    const { folder, node } = installed('blip', ['blipq-onnx-graph', 'blipq-blip'], ['sharp@0.35']);
    cpSync(join(root, 'models/demo'), join(folder, 'checkpoint'), { recursive: true });
    cpSync(join(examples, scene), join(folder, 'photo.jpg'));
    const example = /^```js\n(import .*?)^```$/ms.exec(
      readFileSync(join(folder, 'node_modules/@blipq/blip/README.md'), 'utf8'),
    );
    expect(node(example![1]!)).toBe(`${exampleCaptions[scene]}\n`);
    expect(existsSync(join(folder, 'node_modules/@blipq/contracts'))).toBe(false);
  });

  test('blipq and @blipq/local serve on this machine, and caption without a server; the light ones caption by it', {
    timeout: installMs,
  }, async () => {
    const whole = installed('whole', ['blipq-contracts', 'blipq-client', 'blipq-local', 'blipq']);
    expect(whole.blipq(['--version'])).toBe(`${version}\n`);
    const local = whole.blipq(['caption', '--local', join(examples, scene)]);
    expect(local).toContain(exampleCaptions[scene]);

    const light = installed('light', ['blipq-contracts', 'blipq-client', 'blipq']);
    expect(readdirSync(join(light.folder, 'node_modules')).filter((name) => /onnx|koffi/.test(name))).toEqual([]);
    const url = `http://127.0.0.1:${await freePort()}`;
    const started = startCommand(whole.command, ['serve'], {
      cwd: whole.folder,
      env: { ...env, PORT: new URL(url).port },
    });
    try {
      await started.until(async () => (await fetch(`${url}/readyz`)).ok);
      expect(light.blipq(['caption', join(examples, scene)], { BLIPQ_URL: url })).toContain(exampleCaptions[scene]);
      const script = `
        import { readFile } from 'node:fs/promises';
        import { Blipq } from '@blipq/client';
        const blipq = new Blipq({ server: ${JSON.stringify(url)} });
        const image = new Blob([await readFile(${JSON.stringify(join(examples, scene))})]);
        console.log((await blipq.caption(image)).caption.text);`;
      expect(light.node(script)).toBe(`${exampleCaptions[scene]}\n`);
      expect((await fetch(`${url}/playground`)).status).toBe(200);
    } finally {
      await started.stop();
    }
  });
});
