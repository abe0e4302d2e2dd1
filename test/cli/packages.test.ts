import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, onTestFinished, test } from 'vitest';
import { echoHandler, LiveGateway } from '../../apps/gateway/src/testing/live-gateway.js';
import { packPackage } from '../../tools/release/pack.mjs';
import { exampleCaptions } from '../captions-client.js';
import { Workplace } from './blipq-command.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sources = { blipq: 'apps/cli', '@blipq/client': 'packages/client', '@blipq/contracts': 'packages/contracts' };

test('packed, blipq and its two packages caption by a server with nothing but what they declare, and no onnxruntime', async () => {
  const gateway = await new LiveGateway(inject('redisUrl')).start();
  onTestFinished(() => gateway.stop());
  await gateway.registerModel();
  await gateway.work(echoHandler);
  const place = new Workplace({ BLIPQ_URL: gateway.url, BLIPQ_NO_INSTALL: '1' });
  onTestFinished(() => place.remove());
  for (const [name, source] of Object.entries(sources)) {
    const file = packPackage(source, place.path);
    const target = place.file(`node_modules/${name}`);
    mkdirSync(target, { recursive: true });
    execFileSync('tar', ['xzf', file, '-C', target, '--strip-components=1']);
    const { dependencies = {} } = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'));
    for (const [dependency, version] of Object.entries(dependencies as Record<string, string>)) {
      expect(version, dependency).toMatch(/^[\^~]?\d/);
      const link = place.file(`node_modules/${dependency}`);
      if (dependency in sources || existsSync(link)) continue;
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(root, source, 'node_modules', dependency), link);
    }
  }
  expect(readdirSync(place.file('node_modules')).filter((name) => name.includes('onnx'))).toEqual([]);
  place.photos('a.jpg');
  const main = place.file('node_modules/blipq/dist/main.js');
  expect(await place.run(['caption', 'a.jpg'], { main })).toMatchObject({ code: 0, out: 'a.jpg: echoed\n' });
  const local = await place.run(['caption', 'a.jpg', '--local'], { main });
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const line = `this needs @blipq/local@${version}, which is not installed, and BLIPQ_NO_INSTALL is set: npm install -g blipq`;
  expect([local.code, local.err]).toEqual([1, expect.stringContaining(line)]);
});

test('--local captions the example scenes as the server does', async () => {
  const place = new Workplace({});
  onTestFinished(() => place.remove());
  const examples = join(root, 'models/demo/examples');
  const { code, err } = await place.run(['caption', '--local', examples, '--out', 'o.jsonl']);
  expect([code, err]).toEqual([0, expect.stringContaining('drawn as emoji')]);
  const captions = place.lines('o.jsonl').map(({ image, caption }) => [image.slice(examples.length + 1), caption]);
  expect(Object.fromEntries(captions)).toEqual(exampleCaptions);
});
