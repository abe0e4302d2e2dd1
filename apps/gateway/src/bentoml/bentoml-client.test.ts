import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { CaptionWork } from '@blipq/queue';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { echoHandler, LiveGateway, repositoryFile } from '../testing/live-gateway.js';
import { imageForm, multipart } from '../testing/multipart.js';
import { ask, type Call, callWithFile, callWithUrl, send } from './testing/recorded-client.js';

const photo = await readFile(repositoryFile('test/images/rocket.jpg'));
const png = await readFile(repositoryFile('test/images/chelsea.png'));
let images: Server;
let imagesPort: number;
let gateway: LiveGateway;
let seen: CaptionWork[];

beforeAll(async () => {
  images = createServer((req, res) => {
    if (req.url === '/photo.jpg?size=l&x=1') res.end(photo);
    else res.writeHead(404).end();
  });
  images.listen(0, '127.0.0.1');
  await once(images, 'listening');
  imagesPort = (images.address() as { port: number }).port;
  gateway = await new LiveGateway(inject('redisUrl'), {
    BLIPQ_FETCH_HTTP: true,
    BLIPQ_FETCH_ALLOW: ['127.0.0.1/32'],
    BLIPQ_FETCH_PORTS: [imagesPort],
  }).start();
  await gateway.registerModel();
  await gateway.work(async (work, signal) => {
    seen.push(work);
    return echoHandler(work, signal);
  });
});
beforeEach(() => {
  seen = [];
});
afterAll(async () => {
  await gateway.stop();
  images.close();
});

test('the client finds the server ready and builds its methods from the schema', async () => {
  await expect.poll(() => send(gateway.port, ask('GET', '/readyz'))).toMatchObject({ status: 200, text: '\n' });
  const schema = await send(gateway.port, ask('GET', '/schema.json'));
  expect(schema.status).toBe(200);
  const img = { format: 'image', pil: true, title: 'Img', type: 'file' };
  const txt = { default: null, title: 'Txt', type: 'string' };
  const route = {
    name: 'generate',
    route: '/generate',
    batchable: false,
    input: { properties: { img, txt }, required: ['img'], title: 'Input', type: 'object' },
    output: { type: 'string' },
    is_task: true,
  };
  const paths = { '/generate': { mounted: false } };
  expect(schema.json()).toEqual({ name: 'BlipImageCaptioning', type: 'service', routes: [route], paths });
  const plain = await send(gateway.port, ask('GET', '/schema.json?is_task=false'));
  expect(plain.json().routes).toEqual([{ ...route, is_task: false }]);
});

test.each<[string, Call, string | null]>([
  ['a text', { txt: 'unicorn at sunset' }, 'unicorn at sunset'],
  ['a text beyond ASCII', { txt: 'été 🦄 日本' }, 'été 🦄 日本'],
  ['quotes, backslashes and line ends', { txt: 'a "b"\\c\r\nd' }, 'a "b"\\c\r\nd'],
  ['text that looks like JSON', { txt: '{"a": 1}' }, '{"a": 1}'],
  ['text that looks like null', { txt: 'null' }, 'null'],
  ['None', { txt: null }, null],
  ['an empty text', { txt: '' }, null],
  ['no text', {}, null],
  ['a filename beyond ASCII', { filename: '日本.jpg' }, null],
  ['a filename that says nothing', { filename: 'upload-file', type: null }, null],
  ['a type that is wrong', { filename: 'photo.bin', type: 'application/octet-stream' }, null],
  ['an image from PIL', { filename: 'upload-image.jpeg' }, null],
])('a call with %s', async (_what, call, prompt) => {
  const answer = await send(gateway.port, callWithFile(photo, call));
  expect(answer).toMatchObject({ status: 200, text: `${prompt ?? ''} echoed`.trim() });
  expect(answer.headers).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    server: 'BentoML Service/BlipImageCaptioning',
    'x-bentoml-request-id': expect.stringMatching(/^[0-9a-f]{16}$/),
  });
  expect(seen).toMatchObject([{ prompt }]);
});

test('the tests send the same bytes as the client', () => {
  // As recorded, with an image of 79 bytes; theirs were those of a PNG.
  const call = { txt: 'été 🦄 "x"', filename: 'tiny.png', type: 'image/png', token: 'sk-test' };
  expect(callWithFile(Buffer.alloc(79, '.'), call).toString().split('\r\n')).toEqual([
    'POST /generate HTTP/1.1',
    'Host: 127.0.0.1:3000',
    'Accept: */*',
    'Accept-Encoding: gzip, deflate',
    'Connection: keep-alive',
    'User-Agent: BentoML HTTP Client/1.4.38',
    'Authorization: Bearer sk-test',
    'Content-Length: 365',
    'Content-Type: multipart/form-data; boundary=c756ed3d84494e08f8c4ddb62b4f9c3f',
    '',
    '--c756ed3d84494e08f8c4ddb62b4f9c3f',
    'Content-Disposition: form-data; name="txt"',
    '',
    '"\\u00e9t\\u00e9 \\ud83e\\udd84 \\"x\\""',
    '--c756ed3d84494e08f8c4ddb62b4f9c3f',
    'Content-Disposition: form-data; name="img"; filename="tiny.png"',
    'Content-Type: image/png',
    '',
    '.'.repeat(79),
    '--c756ed3d84494e08f8c4ddb62b4f9c3f--',
    '',
  ]);
  const byUrl = callWithUrl('http://example.com/a b.jpg?x=1&y=2', { txt: 'a' }).toString();
  expect(byUrl).toMatch(/Content-Length: 66\r\nContent-Type: application\/x-www-form-urlencoded\r\n\r\n/);
  expect(byUrl.split('\r\n').at(-1)).toBe('img=http%3A%2F%2Fexample.com%2Fa+b.jpg%3Fx%3D1%26y%3D2&txt=%22a%22');
});

test('the gateway fetches an image that is given by its URL', async () => {
  const url = `http://127.0.0.1:${imagesPort}/photo.jpg?size=l&x=1`;
  const answer = await send(gateway.port, callWithUrl(url, { txt: 'a "rocket" é' }));
  expect(answer).toMatchObject({ status: 200, text: 'a "rocket" é echoed' });
  expect(seen).toMatchObject([{ prompt: 'a "rocket" é', image: { bytes: photo.length } }]);
  expect(await send(gateway.port, callWithUrl(url))).toMatchObject({ status: 200, text: 'echoed' });
});

test.each([
  ['a text field', () => multipart([{ name: 'img', value: imageUrl() }])],
  ['a JSON-encoded text field', () => multipart([{ name: 'img', value: JSON.stringify(imageUrl()) }])],
  ['the other spelling', () => multipart([{ name: 'image', value: imageUrl() }])],
])('an image URL is also taken from %s', async (_what, form) => {
  const answer = await fetch(`${gateway.url}/generate`, { method: 'POST', ...form() });
  expect([answer.status, await answer.text()]).toEqual([200, 'echoed']);
});

function imageUrl(): string {
  return `http://127.0.0.1:${imagesPort}/photo.jpg?size=l&x=1`;
}

test.each([
  'http://127.0.0.1:9/a.jpg',
  'http://10.0.0.1/a.jpg',
  'http://192.168.0.1/a.jpg',
  'http://169.254.169.254/latest/meta-data/',
  'http://100.64.0.1/a.jpg',
  'http://[::1]/a.jpg',
  'http://[fe80::1]/a.jpg',
  'http://[::ffff:10.0.0.1]/a.jpg',
  'https://user:password@example.com/a.jpg',
])('%s is blocked in the words of BentoML', async (url) => {
  const answer = await send(gateway.port, callWithUrl(url, { txt: 'a' }));
  expect([answer.status, answer.json()]).toEqual([400, [{ error: 'Connection blocked due to insecure input URL' }]]);
  expect(seen).toEqual([]);
});

test('an image that cannot be fetched is the fault of the request', async () => {
  const answer = await send(gateway.port, callWithUrl(`http://127.0.0.1:${imagesPort}/gone.jpg`));
  expect([answer.status, answer.json()]).toEqual([400, { error: 'The host answered 404 instead of 200.' }]);
});

const missing = [{ type: 'missing', loc: ['img'], msg: 'Field required' }];
const form = { 'content-type': 'application/x-www-form-urlencoded' };

test.each<[string, RequestInit, object]>([
  ['no image', multipart([{ name: 'txt', value: '"a"' }]), { detail: missing }],
  ['an empty urlencoded form', { body: '', headers: form }, { detail: missing }],
  ['an urlencoded form without image', { body: 'txt=%22a%22', headers: form }, { detail: missing }],
  ['a raw image', { body: new Uint8Array(photo), headers: { 'content-type': 'image/jpeg' } }, { detail: missing }],
  ['JSON', { body: '{"txt": "a"}', headers: { 'content-type': 'application/json' } }, { detail: missing }],
  ['broken JSON', { body: '{"txt": ', headers: { 'content-type': 'application/json' } }, { detail: missing }],
  ['no body', {}, { detail: missing }],
  ['an image that is no URL', { body: 'img=photo.jpg', headers: form }, { detail: [{ loc: ['img'] }] }],
  ['a file: URL', { body: 'img=file:///etc/passwd', headers: form }, { detail: [{ loc: ['img'] }] }],
  ['a URL of null', { body: 'img=null', headers: form }, { detail: [{ loc: ['img'] }] }],
  ['a list for a text', imageForm('img', photo, { txt: '["a"]' }), { detail: [{ loc: ['txt'] }] }],
  ['an empty image', imageForm('img', new Uint8Array(0)), {}],
  ['an undecodable image', imageForm('img', Buffer.from('not an image')), {}],
  ['half an image', imageForm('img', png.subarray(0, 5000)), {}],
])('%s is answered with 400', async (_what, init, expected) => {
  const answer = await fetch(`${gateway.url}/generate`, { method: 'POST', ...init });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error: expect.stringMatching(/./), ...expected });
});

test.each([
  ['GET', '/generate', 'POST'],
  ['GET', '/generate/submit', 'POST'],
  ['POST', '/generate/status', 'GET, HEAD'],
  ['POST', '/generate/get', 'GET, HEAD'],
  ['GET', '/generate/retry', 'POST'],
  ['POST', '/generate/cancel', 'PUT'],
  ['POST', '/schema.json', 'GET, HEAD'],
])('%s %s is not allowed', async (method, path, allow) => {
  const answer = await fetch(gateway.url + path, { method });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
  expect(await answer.text()).toBe('Method Not Allowed');
});

test('an unknown path below /generate is answered 404', async () => {
  const answer = await fetch(`${gateway.url}/generate/nothing`);
  expect([answer.status, await answer.text()]).toEqual([404, 'Not Found']);
});
