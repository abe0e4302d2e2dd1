import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { echoHandler, LiveGateway } from '../../apps/gateway/src/testing/live-gateway.js';
import { commandEnd, photo, Workplace } from './blipq-command.js';

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

/** The names of the images that were captioned. */
async function captioned(...args: string[]): Promise<string[]> {
  const { code, err } = await place.run(['caption', ...args, '--out', 'out.jsonl']);
  expect([code, err]).toEqual([0, expect.stringContaining('captioned')]);
  return place.lines('out.jsonl').map(({ image }) => image);
}
const sorted = (names: string[]) => names.toSorted();

test('a folder is searched for images, hidden ones left out, and a folder loop is reported and not followed', async () => {
  place.photos('p/b.jpg', 'p/deep/a.PNG', 'p/.hidden/c.jpg', 'p/._b.jpg');
  writeFileSync(place.file('p/notes.txt'), 'no image');
  symlinkSync('..', place.file('p/deep/up'));
  symlinkSync('b.jpg', place.file('p/link.jpg'));
  const { code, err } = await place.run(['caption', 'p', '--out', 'out.jsonl']);
  expect(sorted(place.lines('out.jsonl').map(({ image }) => image))).toEqual(['p/b.jpg', 'p/deep/a.PNG', 'p/link.jpg']);
  expect(err).toMatch(/^p\/deep\/up: it leads back to .*, and is not followed \(folder_loop\)$/m);
  expect(code).toBe(0);
});

test('files, patterns and folders may be mixed, and an image that is named twice comes once', async () => {
  place.photos('p/a.jpg', 'p/b.jpg', 'q/c.png', 'd.jpg');
  expect(sorted(await captioned('p/a.jpg', 'p', '*/*.{jpg,png}', 'd.jpg'))).toEqual([
    'd.jpg',
    'p/a.jpg',
    'p/b.jpg',
    'q/c.png',
  ]);
});

test('a text list may have a BOM, CRLF, blank lines and comments; paths are looked for beside it', async () => {
  place.photos('p/a.jpg', 'b.jpg', 'p/with blank.jpg');
  const url = `data:image/jpeg;base64,${(await readFile(photo)).toString('base64')}`;
  writeFileSync(place.file('p/list.txt'), `\uFEFFa.jpg\r\n\r\n# a comment\r\n  b.jpg  \r\nwith blank.jpg\n${url}`);
  expect(sorted(await captioned('p/list.txt'))).toEqual(sorted([url, 'b.jpg', 'p/a.jpg', 'p/with blank.jpg']));
});

test.each([
  ['jsonl', '\uFEFF{"id": 1, "image": "a.jpg"}\r\n\r\n"b.jpg"\n{"url": "c.jpg"}'],
  ['csv', '\uFEFFid,image\r\n1,a.jpg\r\n\r\n2,"b.jpg"\r\n3,c.jpg'],
  ['csv', 'id;file_name\n1;a.jpg\n2;b.jpg\n3;c.jpg\n'],
  ['tsv', 'path\tid\na.jpg\t1\nb.jpg\t2\nc.jpg\t3\n'],
])('a .%s list names images in a column that is known', async (extension, content) => {
  place.photos('a.jpg', 'b.jpg', 'c.jpg');
  writeFileSync(place.file(`list.${extension}`), content);
  expect(sorted(await captioned(`list.${extension}`))).toEqual(['a.jpg', 'b.jpg', 'c.jpg']);
});

test('a Parquet list names images, or holds them as data sets do', async () => {
  place.photos('a.jpg', 'b.jpg');
  const names = { name: 'photo', data: ['a.jpg', 'b.jpg'], type: 'STRING' as const };
  writeFileSync(place.file('names.parquet'), new Uint8Array(parquetWriteBuffer({ columnData: [names] })));
  expect(sorted(await captioned('names.parquet', '--column', 'photo'))).toEqual(['a.jpg', 'b.jpg']);
  const bytes = { name: 'image', data: [new Uint8Array(await readFile(photo))], type: 'BYTE_ARRAY' as const };
  writeFileSync(place.file('bytes.parquet'), new Uint8Array(parquetWriteBuffer({ columnData: [bytes] })));
  const { code, out, err } = await place.run(['caption', 'bytes.parquet']);
  expect([code, out, err]).toEqual([0, 'bytes.parquet#0: echoed\n', expect.anything()]);
});

const pipe = (name: string) => execFileSync('mkfifo', [place.file(name)]);

test('a pipe is read where it is named itself, once, and is a failure in a folder or pattern', async () => {
  place.photos('p/a.jpg', 'b.jpg');
  for (const name of ['p/pipe.png', 'one.jpg', 'list.txt']) pipe(name);
  const written = [
    readFile(photo).then((bytes) => writeFile(place.file('one.jpg'), bytes)),
    writeFile(place.file('list.txt'), 'p/a.jpg\nb.jpg\n'),
  ];
  expect(sorted(await captioned('one.jpg', 'list.txt'))).toEqual(['b.jpg', 'one.jpg', 'p/a.jpg']);
  await Promise.all(written);
  symlinkSync('pipe.png', place.file('p/link.png'));
  for (const input of ['p', 'p/*']) {
    const { code, out, err } = await place.run(['caption', input]);
    expect([code, out]).toEqual([1, 'p/a.jpg: echoed\n']);
    expect(err).toMatch(/^p\/link\.png: it is not a regular file; .* \(file_unreadable\)$/m);
    // The search for a pattern passes over pipes that no link names.
    if (input === 'p') expect(err).toContain('p/pipe.png: it is not a regular file');
  }
});

test.each([
  ['an image', 'pipe.jpg', 'SIGINT', 130],
  ['a list', 'pipe.txt', 'SIGTERM', 143],
  ['standard input', '-', 'SIGTERM', 143],
] as const)(
  'a signal ends a run that waits for %s from a pipe without a writer',
  async (_what, input, signal, code) => {
    place.photos('a.jpg');
    for (const name of ['pipe.jpg', 'pipe.txt', 'stdin']) pipe(name);
    const under = ['bash', '-c', 'exec "$0" "$@" <> stdin'];
    const child = place.start(['caption', 'a.jpg', input], { under });
    await once(createInterface(child.stdout!), 'line');
    const end = commandEnd(child);
    child.kill(signal);
    expect(await end).toMatchObject({ code, err: expect.stringContaining('blipq: stopped;') });
  },
);

test('an endless device and a field without its end are read to a bound', async () => {
  symlinkSync('/dev/zero', place.file('endless.png'));
  writeFileSync(place.file('open.csv'), `id,image\n1,"${'x'.repeat(65 * 1024 * 1024)}`);
  const { code } = await place.run(['caption', 'endless.png', 'open.csv', '--failed', 'failed.jsonl']);
  expect([code, place.lines('failed.jsonl').map(({ image, code }) => [image, code])]).toEqual([
    1,
    [
      ['endless.png', 'image_too_large'],
      ['open.csv', 'list_unreadable'],
    ],
  ]);
});

test('standard input is a list, or one image', async () => {
  place.photos('a.jpg', 'b.jpg');
  expect((await place.run(['caption', '-'], { input: '# mine\r\na.jpg\nb.jpg' })).out.split('\n').sort()).toEqual([
    '',
    'a.jpg: echoed',
    'b.jpg: echoed',
  ]);
  expect((await place.run(['caption', '-'], { input: await readFile(photo) })).out).toBe('-: echoed\n');
  const empty = await place.run(['caption', '-']);
  expect([empty.code, empty.err]).toEqual([1, expect.stringContaining('-: standard input is empty')]);
});

test('what is wrong with one input is one line, lands in --failed, and ends nothing', async () => {
  place.photos('ok.jpg', 'p/closed.jpg');
  const files = {
    'empty.jpg': '',
    'text.jpg': 'no image',
    'bad.jsonl': '{"image": "ok.jpg"}\nnonsense\n{"x": 1}\nnull\n[]\n5\n{}\n',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(place.file(name), content);
  writeFileSync(place.file('wrong.csv'), 'a,b\n1,2\n');
  writeFileSync(place.file('torn.parquet'), 'PAR1 and no more');
  const wanted = ['gone.jpg', 'none*.jpg', 'empty.jpg', 'text.jpg', 'bad.jsonl', 'wrong.csv', 'torn.parquet'];
  const { code, err } = await place.run(['caption', ...wanted, '--out', 'out.jsonl', '--failed', 'failed.jsonl']);
  const failures = Object.fromEntries(place.lines('failed.jsonl').map(({ image, code }) => [image, code]));
  expect(failures).toEqual({
    'gone.jpg': 'file_unreadable',
    'none*.jpg': 'no_match',
    'empty.jpg': 'missing_image',
    'text.jpg': 'unsupported_media_type',
    'bad.jsonl:2': 'list_line_invalid',
    'bad.jsonl:3': 'list_column_missing',
    'bad.jsonl:4': 'list_line_invalid',
    'bad.jsonl:5': 'list_line_invalid',
    'bad.jsonl:6': 'list_line_invalid',
    'bad.jsonl:7': 'list_column_missing',
    'wrong.csv': 'list_column_missing',
    'torn.parquet': 'list_unreadable',
  });
  expect(err).toMatch(/^bad\.jsonl:4: the line is neither an object nor a text/m);
  expect(err).toMatch(/^bad\.jsonl:7: .*; it has none: name one/m);
  expect(err).toMatch(/^1 captioned in .*\(\d+\.\d a second\)/m);
  expect(err).toMatch(/^wrong\.csv: none of its columns is known to hold images; it has a, b: name one with --column/m);
  expect(place.lines('out.jsonl')).toMatchObject([{ image: 'ok.jpg', caption: 'echoed' }]);
  expect(code).toBe(1);
  for (const name of Object.keys(failures)) expect(err.split(`${name}: `).length, name).toBe(2);
});

test('images that failed are not in the rate of the captioned ones', async () => {
  writeFileSync(place.file('empty.jpg'), '');
  const { err } = await place.run(['caption', 'empty.jpg', 'gone.jpg']);
  expect(err).toMatch(/^0 captioned in \d+ s \(0\.0 a second\), 2 failed/m);
});

test('a name takes one line, whatever is in it, and is whole in the records', async () => {
  const name = 'two\nlines\u001b[31m.jpg';
  place.photos(name);
  symlinkSync('nowhere', place.file('gone\n.jpg'));
  const { out, err } = await place.run(['caption', '.']);
  expect(out).toBe('two\\u000alines\\u001b[31m.jpg: echoed\n');
  expect(err).toMatch(/^gone\\u000a\.jpg: there is no such file/m);
  expect(await captioned(name)).toEqual([name]);
});

test('a name that is not UTF-8 is the reason that is given', async () => {
  writeFileSync(Buffer.concat([Buffer.from(place.file('lat')), Buffer.from([0xe9]), Buffer.from('in.jpg')]), 'x');
  const { code, err } = await place.run(['caption', '.']);
  expect([code, err]).toEqual([1, expect.stringContaining('lat\uFFFDin.jpg: its name is not UTF-8; rename it (file')]);
});

test('a pattern does not follow a link that leads back, and says so once', async () => {
  place.photos('odd/a.jpg', 'odd/loop/b.jpg');
  symlinkSync('..', place.file('odd/loop/up'));
  for (const pattern of ['odd/**/*.jpg', './odd/**/*.jpg', `${place.path}/odd/**/*.jpg`]) {
    const { code, out, err } = await place.run(['caption', pattern]);
    const names = out.replaceAll(`${place.path}/`, '').split('\n').sort();
    expect([code, names]).toEqual([0, ['', 'odd/a.jpg: echoed', 'odd/loop/b.jpg: echoed']]);
    expect(err.match(/odd\/loop\/up: it leads back to .*, and is not followed \(folder_loop\)$/gm)).toHaveLength(1);
  }
  // What is named itself is no loop.
  expect((await place.run(['caption', 'odd/loop/up/*.jpg'])).out).toBe('odd/loop/up/a.jpg: echoed\n');
});

test('files and folders that may not be read are their own failures', async () => {
  place.photos('p/closed.jpg', 'p/open.jpg', 'p/q/inside.jpg');
  chmodSync(place.file('p/closed.jpg'), 0);
  chmodSync(place.file('p/q'), 0);
  const under =
    process.getuid?.() === 0
      ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--inh-caps=-dac_override,-dac_read_search']
      : [];
  const { code } = await place.run(['caption', 'p', '--out', 'out.jsonl', '--failed', 'failed.jsonl'], { under });
  chmodSync(place.file('p/q'), 0o700);
  expect([code, place.lines('out.jsonl').map(({ image }) => image)]).toEqual([1, ['p/open.jpg']]);
  expect(place.lines('failed.jsonl').map(({ image, code }) => [image, code])).toEqual(
    expect.arrayContaining([
      ['p/closed.jpg', 'file_unreadable'],
      ['p/q', 'folder_unreadable'],
    ]),
  );
});
