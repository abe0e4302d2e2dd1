import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { echoHandler, LiveGateway } from '../../apps/gateway/src/testing/live-gateway.js';
import { Workplace } from './blipq-command.js';

let gateway: LiveGateway;
let place: Workplace;

beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl')).start();
  await gateway.registerModel();
  await gateway.work(echoHandler);
});
beforeEach(() => {
  place = new Workplace({ BLIPQ_URL: gateway.url });
});
afterEach(() => place.remove());
afterAll(() => gateway.stop());

const names = (count: number) => Array.from({ length: count }, (_, i) => `p/${String(i).padStart(3, '0')}.jpg`);
const made = () => place.lines('o.jsonl').map(({ image }) => image);

test('a full disk ends the run with a line, whole records stay, and --resume goes on', async () => {
  place.photos(...names(40));
  const args = ['caption', 'p', '--out', 'o.jsonl'];
  // No file may grow beyond 1 KiB.
  const { code, err } = await place.run(args, { under: ['bash', '-c', 'ulimit -f 1; exec "$0" "$@"'] });
  expect([code, err]).toEqual([
    1,
    expect.stringMatching(
      /^blipq: o\.jsonl cannot be written: it may not grow any more; .*run this again with --resume$/m,
    ),
  ]);
  expect(place.read('o.jsonl')).toMatch(/\n$/);
  expect(made().length).toBeGreaterThan(0);
  expect((await place.run([...args, '--resume'])).code).toBe(0);
  expect(made().sort()).toEqual(names(40));
});

test.each([
  ['caption', 'p'],
  ['webhooks', 'secret'],
])('a full disk under standard output ends blipq %s with a line', async (...words) => {
  place.photos(...names(3));
  const under = ['bash', '-c', 'exec "$0" "$@" > /dev/full'];
  const { code, err } = await place.run(words, { under });
  const lines = err.split('\n').filter((line) => line !== '' && !line.includes('captioned in'));
  expect([code, lines]).toEqual([1, ['blipq: standard output cannot be written: the disk is full']]);
});

test('a run whose standard error nobody reads captions every image', async () => {
  place.photos(...names(3), 'p/bad.jpg');
  writeFileSync(place.file('p/bad.jpg'), 'no image');
  const child = place.start(['caption', 'p', '--out', 'o.jsonl']);
  child.stderr!.destroy();
  const [code] = await once(child, 'close');
  expect([code, made().sort()]).toEqual([1, names(3)]);
});

test('a reader that has seen enough ends it quietly', async () => {
  place.photos(...names(40));
  const child = place.start(['caption', 'p']);
  const end = once(child, 'close');
  const [line] = await once(createInterface(child.stdout!), 'line');
  child.stdout!.destroy();
  expect(line).toMatch(/^p\/\d+\.jpg: echoed$/);
  const [code] = await end;
  expect(code).not.toBeNull();
});
