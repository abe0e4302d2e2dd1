import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { HeldHandler } from '../../apps/gateway/src/testing/held-handler.js';
import { echoHandler, LiveGateway } from '../../apps/gateway/src/testing/live-gateway.js';
import type { CaptionHandler } from '../../packages/queue/src/index.js';
import { commandEnd, names, Workplace } from './blipq-command.js';
import { FlakyProxy } from './flaky-proxy.js';

let place: Workplace;

async function gatewayWith(handler: CaptionHandler, config = {}): Promise<LiveGateway> {
  const gateway = await new LiveGateway(inject('redisUrl'), config).start();
  onTestFinished(() => gateway.stop());
  await gateway.registerModel();
  await gateway.work(handler);
  return gateway;
}
const made = () => place.lines('o.jsonl').map(({ image }) => image);

beforeEach(() => {
  place = new Workplace({});
});
afterEach(() => place.remove());

/** Resolves when the output has as many records. */
async function recorded(count: number): Promise<void> {
  await vi.waitFor(() => expect(existsSync(place.file('o.jsonl')) && made().length >= count).toBe(true));
}

test('killed at any point and resumed, every image is captioned once, on the server too', async () => {
  // Made are so many, and no more before the kill: the command could end first.
  let room = 0;
  const rooms = new EventEmitter().setMaxListeners(0);
  const gateway = await gatewayWith(async (work, signal) => {
    while (room === 0) await once(rooms, 'more', { signal });
    room -= 1;
    return await echoHandler(work, signal);
  });
  const make = (more: number) => {
    room += more;
    rooms.emit('more');
  };
  place.photos(...names(80));
  const args = ['caption', 'p', '--out', 'o.jsonl', '--server', gateway.url];
  for (const [kill, more] of [1, 7, 30].entries()) {
    const child = place.start([...args, ...(kill > 0 ? ['--resume'] : [])]);
    const end = once(child, 'close');
    make(more);
    await recorded((existsSync(place.file('o.jsonl')) ? place.read('o.jsonl').split('\n').length - 1 : 0) + more);
    child.kill('SIGKILL');
    await end;
    // What a kill in the middle of a write leaves behind.
    writeFileSync(place.file('o.jsonl'), '{"image":"p/000.j', { flag: 'a' });
  }
  make(80);
  const { code, err } = await place.run([...args, '--resume']);
  expect([code, err]).toEqual([0, expect.stringMatching(/^\d+ are done; going on with the rest$/m)]);
  expect(made().sort()).toEqual(names(80));
  const total = (await gateway.redis.keys(`${gateway.namespace}:*cap_*`)).filter((key) =>
    /cap_[0-9A-Z]{26}$/.test(key),
  );
  expect(new Set(total.map((key) => key.slice(-30))).size).toBe(80);
});

test('killed without an output file, it goes on as well; CSV with a torn row too', async () => {
  const gateway = await gatewayWith(echoHandler);
  place.photos(...names(30));
  const server = ['--server', gateway.url];
  const sidecars = ['caption', 'p', '--sidecar', 'txt', '--existing', 'append', ...server];
  const child = place.start(sidecars);
  const end = once(child, 'close');
  await vi.waitFor(() => expect(existsSync(place.file('p/004.txt'))).toBe(true));
  child.kill('SIGKILL');
  await end;
  expect((await place.run([...sidecars, '--resume'])).code).toBe(0);
  for (const name of names(30)) expect(place.read(name.replace('jpg', 'txt'))).toBe('echoed');

  await place.run(['caption', 'p', '--out', 'o.csv', ...server]);
  const rows = place.read('o.csv').split('\n');
  for (const torn of [rows.slice(0, 9).join('\n').slice(0, -3), `${rows.slice(0, 9).join('\n')}\n"p/0`]) {
    writeFileSync(place.file('o.csv'), torn);
    expect((await place.run(['caption', 'p', '--out', 'o.csv', ...server, '--resume'])).code).toBe(0);
    expect(place.read('o.csv').split('\n').sort()).toEqual(rows.toSorted());
  }
});

test.each([
  [
    ['--server', 'localhost:3440'],
    {},
    '--server is "localhost:3440", without http:// or https://; it takes http://localhost:3440',
  ],
  [['--server', 'ftp://x'], {}, '--server is "ftp://x"; it takes an address such as https://blipq.example.com'],
  [['--server', ''], {}, '--server is ""; it takes an address such as https://blipq.example.com'],
  [
    [],
    { BLIPQ_URL: 'http://me:secret@x' },
    'BLIPQ_URL takes an address without a user and password; --api-key takes a key',
  ],
  [
    [],
    { BLIPQ_API_KEY: 'sec\nret' },
    'BLIPQ_API_KEY has a line break or another character that no request can carry; copy the key anew',
  ],
  [
    ['--api-key', 'secret…'],
    {},
    '--api-key has a line break or another character that no request can carry; copy the key anew',
  ],
])('%j with %j is one line at once, exit code 2, and shows no secret', async (words, env, line) => {
  place.photos('a.jpg');
  for (const command of [
    ['caption', 'a.jpg'],
    ['webhooks', 'test', 'https://example.com'],
  ]) {
    const end = await place.run([...command, ...words], { env: env as Record<string, string> });
    expect(end).toEqual({ code: 2, out: '', err: `blipq: ${line}\n` });
  }
});

describe('a server', () => {
  test('that is not there, or is none, is one line at once', async () => {
    place.photos('a.jpg');
    const away = await place.run(['caption', 'a.jpg', '--server', 'http://127.0.0.1:9']);
    expect([away.code, away.err]).toEqual([
      1,
      expect.stringMatching(
        /^blipq: http:\/\/127\.0\.0\.1:9 cannot be reached: .*; start it, or name another with --ser.*\n$/,
      ),
    ]);
  });

  test('that is away at the start is waited for as long as --retry-for says, or until a signal comes', async () => {
    const gateway = await gatewayWith(echoHandler);
    const proxy = await new FlakyProxy(gateway.url).start();
    onTestFinished(() => proxy.stop());
    place.photos('a.jpg');
    const args = ['caption', 'a.jpg', '--server', proxy.url, '--retry-for', '300'];
    // In the three seconds of the default there are at most five attempts.
    proxy.cutsLeft = 5;
    expect(await place.run(args)).toMatchObject({ code: 0, out: 'a.jpg: echoed\n' });
    proxy.cutsLeft = Infinity;
    const child = place.start(args);
    const end = commandEnd(child);
    await vi.waitFor(() => expect(proxy.cuts).toBeGreaterThan(5));
    child.kill('SIGTERM');
    expect(await end).toMatchObject({ code: 143, out: '' });
  });

  test('that is away for a while is waited for; one that stays away ends the run, which can be resumed', async () => {
    let begin = () => {};
    let letGo = () => {};
    let gate = Promise.resolve();
    const close = () => {
      gate = new Promise((resolve) => {
        letGo = resolve;
      });
      return new Promise<void>((resolve) => {
        begin = resolve;
      });
    };
    const gateway = await gatewayWith(async (work, signal) => {
      begin();
      await gate;
      return await echoHandler(work, signal);
    });
    const proxy = await new FlakyProxy(gateway.url).start();
    onTestFinished(() => proxy.stop());
    place.photos(...names(6));
    const args = ['caption', 'p', '--server', proxy.url];
    const begun = close();
    const child = place.start([...args, '--out', 'o.jsonl']);
    await begun;
    await proxy.stop();
    letGo();
    await proxy.start();
    expect((await commandEnd(child)).code).toBe(0);
    expect(made().sort()).toEqual(names(6));

    const again = close();
    const second = place.start([...args, '--out', 'second.jsonl', '--retry-for', '1']);
    await again;
    await proxy.stop();
    const { code, err } = await commandEnd(second);
    letGo();
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/^blipq: .* cannot be reached: .*run this again with --resume/m),
    ]);
  });

  test('that refuses the key ends the run with a line, at the start and midway', async () => {
    const held = new HeldHandler();
    const gateway = await gatewayWith(held.handle);
    const proxy = await new FlakyProxy(gateway.url).start();
    onTestFinished(() => proxy.stop());
    place.photos(...names(3));
    const args = ['caption', 'p', '--out', 'o.jsonl', '--server', proxy.url, '--concurrency', '1'];
    const begun = held.nextBegun();
    const child = place.start([...args, '--prompt', 'hold']);
    await begun;
    proxy.answerInstead = 401;
    held.letGo();
    const line = /^blipq: .* refuses the key: This API key is not known\. Set BLIPQ_API_KEY or --api-key/m;
    const midway = await commandEnd(child);
    expect([midway.code, midway.err]).toEqual([1, expect.stringMatching(line)]);
    const start = await place.run([...args, '--resume']);
    expect([start.code, start.err]).toEqual([1, expect.stringMatching(line)]);
  });

  test('that limits the rate is obeyed, and every image is captioned', async () => {
    const sha256 = createHash('sha256').update('a-key').digest('hex');
    const keys = [{ name: 'team', sha256, rate_limit: { requests: 5, per_s: 1 } }];
    const gateway = await gatewayWith(echoHandler, { BLIPQ_API_KEYS: JSON.stringify(keys) });
    place.photos(...names(12));
    const env = { BLIPQ_API_KEY: 'a-key', BLIPQ_URL: gateway.url };
    const { code } = await place.run(['caption', 'p', '--out', 'o.jsonl'], { env });
    expect([code, made().sort()]).toEqual([0, names(12)]);
  });

  test('that changes its model midway is reported once, and each record says which made it', async () => {
    let count = 0;
    const gateway = await gatewayWith(async (work, signal) => ({
      ...(await echoHandler(work, signal)),
      revision: count++ < 2 ? 'test' : 'other',
    }));
    place.photos(...names(6));
    const { code, err } = await place.run(['caption', 'p', '--out', 'o.jsonl', '--server', gateway.url]);
    expect(code).toBe(0);
    expect(err.split('\n').filter((line) => line.startsWith('warning'))).toEqual([
      'warning: the model was demo test and is now demo other; each record says which made it',
    ]);
    expect(place.lines('o.jsonl').filter(({ revision }) => revision === 'test')).toHaveLength(2);
  });
});

test('a file that is gone while running is its own failure', async () => {
  const gateway = await gatewayWith(async (work, signal) => {
    rmSync(place.file('p/001.jpg'), { force: true });
    return await echoHandler(work, signal);
  });
  place.photos(...names(3));
  const args = ['caption', 'p', '--out', 'o.jsonl', '--failed', 'f.jsonl', '--concurrency', '1'];
  const { code } = await place.run([...args, '--server', gateway.url]);
  expect([code, made()]).toEqual([1, ['p/000.jpg', 'p/002.jpg']]);
  expect(place.lines('f.jsonl')).toEqual([
    { image: 'p/001.jpg', code: 'file_unreadable', detail: 'there is no such file' },
  ]);
});

test('Ctrl-C cancels what is under way and says how to go on', async () => {
  const held = new HeldHandler();
  const gateway = await gatewayWith(held.handle);
  place.photos('a.jpg');
  const begun = held.nextBegun();
  const child = place.start(['caption', 'a.jpg', '--out', 'o.jsonl', '--server', gateway.url, '--prompt', 'hold']);
  await begun;
  child.kill('SIGINT');
  const { code, err } = await commandEnd(child);
  expect([code, err]).toEqual([130, expect.stringMatching(/^blipq: stopped; run this again with --resume to go on$/m)]);
  await vi.waitFor(async () => {
    const page = await (await fetch(`${gateway.url}/v1/captions`)).json();
    expect(page).toMatchObject({ data: [{ state: 'canceled' }] });
  });
  const again = held.nextBegun();
  const resumed = place.start([
    'caption',
    'a.jpg',
    '--out',
    'o.jsonl',
    '--server',
    gateway.url,
    '--prompt',
    'hold',
    '--resume',
  ]);
  await again;
  held.letGo();
  expect((await commandEnd(resumed)).code).toBe(0);
  expect(made()).toEqual(['a.jpg']);
});
