import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { exiftool } from 'exiftool-vendored';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { echoAskedHandler, echoHandler, LiveGateway } from '../../apps/gateway/src/testing/live-gateway.js';
import type { Task } from '../../packages/contracts/src/index.js';
import { names, Workplace } from './blipq-command.js';

let gateway: LiveGateway;
let place: Workplace;

beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl')).start();
  await gateway.registerModel({ model: 'vqa', task: 'question_answering' });
  await gateway.registerModel({ model: 'itm', task: 'image_text_retrieval' });
  await gateway.registerModel();
  await gateway.work(echoHandler);
  await gateway.workAs<Task>({ model: 'vqa', task: 'question_answering' }, echoAskedHandler);
  await gateway.workAs<Task>({ model: 'itm', task: 'image_text_retrieval' }, echoAskedHandler);
});
beforeEach(() => {
  place = new Workplace({ BLIPQ_URL: gateway.url });
});
afterEach(() => place.remove());
afterAll(async () => {
  await exiftool.end();
  await gateway.stop();
});
const made = () => place.lines('o.jsonl').map(({ image }) => image);
const caption = async (...args: string[]) => await place.run(['caption', ...args]);

test('JSONL has a record for each image, with the model and its revision; parameters reach the model', async () => {
  place.photos('a.jpg', 'b.jpg');
  const { code } = await caption(
    '.',
    '--out',
    'o.jsonl',
    '--prompt',
    'a',
    '--num-beams',
    '3',
    '--prefix',
    '<',
    '--suffix',
    '>',
  );
  expect(code).toBe(0);
  const record = { caption: '<a echoed>', score: -0.5, model: 'demo', revision: 'test' };
  expect(place.lines('o.jsonl').sort((a, b) => (a.image < b.image ? -1 : 1))).toEqual([
    { image: 'a.jpg', ...record },
    { image: 'b.jpg', ...record },
  ]);
  const page = (await (await fetch(`${gateway.url}/v1/captions?limit=1`)).json()) as { data: { params: object }[] };
  expect(page.data[0]?.params).toMatchObject({ num_beams: 3 });
});

test('CSV has a column for the caption, for each question, for each text', async () => {
  place.photos('a, "b".jpg');
  await caption('.', '--out', 'c.csv');
  expect(place.read('c.csv')).toBe('image,caption,model,revision\n"a, ""b"".jpg",echoed,demo,test\n');
  await caption('.', '--out', 'q.csv', '--question', 'is it, still?', '--question', 'what?');
  expect(place.read('q.csv').split('\n').slice(0, 2)).toEqual([
    'image,"is it, still?",what?,model,revision',
    '"a, ""b"".jpg","is it, still? yes",what? yes,vqa,test',
  ]);
  await caption('.', '--out', 'm.csv', '--match', 'a dog', '--match', 'a cat');
  expect(place.read('m.csv')).toBe('image,a dog,a cat,model,revision\n"a, ""b"".jpg",0.7500,0.7500,itm,test\n');
});

test('without an output results are lines, with --json they are objects, failures too', async () => {
  place.photos('a.jpg');
  expect((await caption('a.jpg')).out).toBe('a.jpg: echoed\n');
  expect((await caption('a.jpg', '--match', 'x')).out).toBe('a.jpg: x 0.75\n');
  const { out } = await caption('a.jpg', 'gone.jpg', '--json');
  const objects = out
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
  expect(objects).toHaveLength(2);
  expect(objects).toContainEqual({ image: 'gone.jpg', error: { code: 'file_unreadable', detail: expect.any(String) } });
});

describe('sidecars', () => {
  test('are written beside the images, and left, replaced or added to as asked', async () => {
    place.photos('p/a.jpg', 'p/b.png');
    writeFileSync(place.file('p/a.txt'), 'mine\n');
    expect((await caption('p', '--sidecar', 'txt')).err).toContain('1 captioned');
    expect([place.read('p/a.txt'), place.read('p/b.txt')]).toEqual(['mine\n', 'echoed']);
    await caption('p', '--sidecar', 'txt', '--existing', 'append');
    expect([place.read('p/a.txt'), place.read('p/b.txt')]).toEqual(['mine, echoed', 'echoed']);
    await caption('p', '--sidecar', 'txt', '--existing', 'overwrite', '--prompt', 'new');
    expect([place.read('p/a.txt'), place.read('p/b.txt')]).toEqual(['new echoed', 'new echoed']);
    await caption('p', '--sidecar', 'caption');
    expect(place.read('p/a.caption')).toBe('echoed');
  });

  test('two images with one sidecar name: the first has it, the other is a failure; a URL has none', async () => {
    place.photos('p/a.jpg', 'p/a.png');
    const small = await sharp({ create: { width: 32, height: 32, channels: 3, background: '#03c' } })
      .png()
      .toBuffer();
    const url = `data:image/png;base64,${small.toString('base64')}`;
    const { code, err } = await caption('p', url, '--sidecar', 'txt', '--failed', 'f.jsonl');
    expect(code).toBe(1);
    expect(
      place
        .lines('f.jsonl')
        .map(({ code }) => code)
        .sort(),
    ).toEqual(['no_file', 'sidecar_taken']);
    expect(err).toContain('p/a.png: its sidecar p/a.txt is that of p/a.jpg; rename one of the two, or use --out');
    expect(place.read('p/a.txt')).toBe('echoed');
  });
});

describe('metadata', () => {
  const formats = ['jpeg', 'png', 'webp', 'tiff'] as const;
  test.each(formats)('of a %s takes the text, and its pixels, permissions and other metadata stay', async (format) => {
    const file = place.file(`a.${format}`);
    const picture = sharp({ create: { width: 64, height: 48, channels: 3, background: '#c03' } });
    await picture
      .withExif({ IFD0: { Artist: 'Ann' } })
      [format]()
      .toFile(file);
    const pixels = await sharp(readFileSync(file)).raw().toBuffer();
    const { mode } = statSync(file);
    const { Artist } = await exiftool.read(file);
    expect((await caption(file, '--embed', 'xmp', '--prompt', 'été')).code).toBe(0);
    expect(await exiftool.read(file)).toMatchObject({ AltTextAccessibility: 'été echoed', ...(Artist && { Artist }) });
    expect(await sharp(readFileSync(file)).raw().toBuffer()).toEqual(pixels);
    expect(statSync(file).mode).toBe(mode);
    const bytes = readFileSync(file);
    expect((await caption(file, '--embed', 'xmp')).err).toContain('1 left as they were');
    expect(readFileSync(file)).toEqual(bytes);
  });

  test('as IPTC, in UTF-8; a format that has none is a failure and stays as it was', async () => {
    place.photos('a.jpg');
    const gif = await sharp({ create: { width: 32, height: 32, channels: 3, background: '#03c' } })
      .gif()
      .toBuffer();
    writeFileSync(place.file('b.gif'), gif);
    const { code, err } = await caption('a.jpg', 'b.gif', '--embed', 'iptc', '--prompt', 'été');
    expect(await exiftool.read(place.file('a.jpg'))).toMatchObject({ 'Caption-Abstract': 'été echoed' });
    expect(err).toMatch(
      /^b\.gif: its metadata cannot be written: .*--embed xmp works with more formats \(embed_failed\)$/m,
    );
    expect(readFileSync(place.file('b.gif'))).toEqual(gif);
    expect(code).toBe(1);
  });
});

test('--max-edge sends a smaller image, upright, and leaves small ones as they are', async () => {
  const tall = sharp({ create: { width: 800, height: 400, channels: 3, background: '#0a0' } }).withMetadata({
    orientation: 6,
  });
  await tall.jpeg().toFile(place.file('big.jpg'));
  place.photos('small.jpg');
  const { size } = statSync(place.file('small.jpg'));
  await caption('big.jpg', '--max-edge', '100', '--json', '--metadata', '{"which": "big"}');
  await caption('small.jpg', '--max-edge', '4000', '--metadata', '{"which": "small"}');
  const page = (await (await fetch(`${gateway.url}/v1/captions?limit=2`)).json()) as {
    data: { metadata: { which: string }; image: { width: number; height: number; bytes: number } }[];
  };
  const image = (which: string) => page.data.find(({ metadata }) => metadata.which === which)?.image;
  expect(image('big')).toMatchObject({ width: 50, height: 100 });
  expect(image('small')).toMatchObject({ bytes: size });
});

test.each([
  [['caption'], "missing required argument 'inputs'; blipq --help says how it is used"],
  [['caption', 'a.jpg', '--out', 'a.txt'], '--out takes a .jsonl or a .csv file'],
  [['caption', 'a.jpg', '--num-beams', '99'], '--num-beams must be at most 8'],
  [['caption', 'a.jpg', '--num-beams', 'x'], '--num-beams must be a number'],
  [['caption', 'a.jpg', '--question', 'x', '--match', 'y'], '--question and --match ask for different things'],
  [['caption', 'a.jpg', '--match', 'y', '--sidecar', 'txt'], '--match has no caption to write'],
  [['caption', 'a.jpg', '--local', '--server', 'http://x.invalid'], '--local needs no server'],
  [['caption', 'a.jpg', '--sidecar', 'md'], "option '--sidecar <extension>' argument 'md' is invalid"],
  [['caption', 'a.jpg', '--concurrency', '0'], "argument '0' is invalid. It takes a whole number of at least 1"],
  [['caption', 'a.jpg', '--outt', 'x'], "unknown option '--outt'"],
  [['caption', 'a.jpg', '--max-new-tokens', '5000'], 'max_new_tokens must be at most'],
])('%j is one line and exit code 2', async (args, line) => {
  place.photos('a.jpg');
  const { code, err, out } = await place.run(args);
  expect([code, out]).toEqual([2, '']);
  expect(err.split('\n').filter((one) => one.startsWith('blipq: '))).toEqual([expect.stringContaining(line)]);
});

test('an output that exists is refused, with the ways to go on, and stays as it is', async () => {
  place.photos('a.jpg', 'b.jpg');
  writeFileSync(place.file('o.jsonl'), '{"image":"a.jpg","caption":"mine"}\n');
  const { code, err } = await caption('.', '--out', 'o.jsonl');
  expect([code, err]).toEqual([2, expect.stringMatching(/^blipq: o\.jsonl exists: --resume goes on with it, --exist/)]);
  expect(place.read('o.jsonl')).toBe('{"image":"a.jpg","caption":"mine"}\n');
  await caption('.', '--out', 'o.jsonl', '--existing', 'skip');
  expect(place.lines('o.jsonl').map(({ caption }) => caption)).toEqual(['mine', 'echoed']);
  await caption('a.jpg', '--out', 'o.jsonl', '--existing', 'append');
  expect(place.lines('o.jsonl').map(({ image }) => image)).toEqual(['a.jpg', 'b.jpg', 'a.jpg']);
  await caption('a.jpg', '--out', 'o.jsonl', '--existing', 'overwrite');
  expect(place.lines('o.jsonl').map(({ caption }) => caption)).toEqual(['echoed']);
  writeFileSync(place.file('notes.jsonl'), 'not ours\n');
  const other = await caption('.', '--out', 'notes.jsonl', '--resume');
  expect([other.code, other.err]).toEqual([2, expect.stringContaining('notes.jsonl:1 is no line of blipq')]);
  expect(place.read('notes.jsonl')).toBe('not ours\n');
});

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
