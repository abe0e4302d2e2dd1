import { readFile } from 'node:fs/promises';
import { problemDetails } from '@blipq/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { LiveGateway, repositoryFile } from './testing/live-gateway.js';
import { type Body, imageForm, multipart } from './testing/multipart.js';
import { blankPng } from './testing/odd-images.js';

const photo = await readFile(repositoryFile('test/images/rocket.jpg'));
const svg = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="9" height="9"/></svg>',
);
const latin1 = Buffer.from('caf\xe9', 'latin1');
const { headers: formHeaders } = multipart([]);
const v1 = 'POST /v1/captions';
const generate = 'POST /generate';
const knownShapeId = 'cap_01ARZ3NDEKTSV4RRFFQ69G5FAV';

/** Request line, what is sent, expected status, expected code (and field). For /generate: the detail's location. */
type Case = [name: string, line: string, sent: Body | undefined, status: number, code?: string, field?: string];

/** Images that cannot be captioned, the same on both surfaces; BentoML knows no 415 or 422 for them. */
const images: [name: string, image: Buffer, status: number, code: string][] = [
  ['text instead of an image', Buffer.from('hello'), 415, 'unsupported_media_type'],
  ['random bytes', Buffer.alloc(4096, 0xa5), 415, 'unsupported_media_type'],
  ['an SVG', svg, 415, 'unsupported_media_type'],
  ['a PDF', Buffer.from('%PDF-1.7\n%âãÏÓ\n'), 415, 'unsupported_media_type'],
  ['an HTML page', Buffer.from('<!doctype html><p>hi'), 415, 'unsupported_media_type'],
  ['a BMP signature', Buffer.concat([Buffer.from('BM'), Buffer.alloc(200)]), 415, 'unsupported_media_type'],
  ['a truncated JPEG', photo.subarray(0, 20_000), 422, 'image_corrupt'],
  ['a JPEG signature and nothing else', Buffer.from('ffd8ffe000104a464946', 'hex'), 422, 'image_corrupt'],
  ['a PNG signature and noise', Buffer.from(`89504e470d0a1a0a${'5a'.repeat(400)}`, 'hex'), 422, 'image_corrupt'],
  ['a truncated PNG', blankPng(500, 500).subarray(0, 60), 422, 'image_corrupt'],
  ['a decompression bomb', blankPng(16_000, 16_000), 422, 'image_dimensions'],
  ['a 1×1 image', blankPng(1, 1), 422, 'image_dimensions'],
  ['a 20000×10 image', blankPng(20_000, 10), 422, 'image_dimensions'],
  ['a 15×400 image', blankPng(15, 400), 422, 'image_dimensions'],
  ['20 MB', Buffer.concat([photo, Buffer.alloc(20_000_000)]), 413, 'image_too_large'],
  [
    'one byte more than 10 MiB',
    Buffer.concat([photo, Buffer.alloc(10_485_761 - photo.length)]),
    413,
    'image_too_large',
  ],
  ['zero bytes', Buffer.alloc(0), 400, 'missing_image'],
];

const texts = (fields: Record<string, string | Uint8Array>) => imageForm('image', photo, fields);
const invalid = (name: string, sent: Body, field: string): Case => [name, v1, sent, 422, 'invalid_params', field];
const raw = (body: string | Uint8Array, contentType?: string, more: Record<string, string> = {}): Body => ({
  body: Buffer.from(body),
  headers: { ...(contentType && { 'content-type': contentType }), ...more },
});
const whole = imageForm('image', photo).body;

const v1Cases: Case[] = [
  ...images.map(([name, image, status, code]): Case => [name, v1, imageForm('image', image), status, code]),
  ['a form without any field', v1, multipart([]), 400, 'missing_image'],
  ['only a prompt', v1, multipart([{ name: 'prompt', value: 'hi' }]), 400, 'missing_image'],
  ['the image as text', v1, multipart([{ name: 'image', value: 'photo.jpg' }]), 400, 'missing_image'],
  ['an empty filename', v1, multipart([{ name: 'image', value: '', filename: '' }]), 400, 'missing_image'],
  invalid('an unknown text field', texts({ temperature: '1' }), 'temperature'),
  invalid('an unknown file field', imageForm('photo', photo), 'photo'),
  invalid('a field of the other endpoint', texts({ txt: 'hi' }), 'txt'),
  invalid('a misspelled field', texts({ max_new_token: '5' }), 'max_new_token'),
  invalid('a nested field', texts({ 'prompt[a]': 'x' }), 'prompt[a]'),
  invalid('a field named __proto__', texts({ ['__proto__']: '1' }), '__proto__'),
  invalid('two images', multipart([0, 1].map(() => ({ name: 'image', value: photo, filename: 'a.jpg' }))), 'image'),
  invalid(
    'two prompts',
    multipart([
      ...['a', 'b'].map((value) => ({ name: 'prompt', value })),
      { name: 'image', value: photo, filename: 'a' },
    ]),
    'prompt',
  ),
  invalid('the prompt as a file', multipart([{ name: 'prompt', value: 'hi', filename: 'p.txt' }]), 'prompt'),
  ...['0', '-1', '1.5', 'abc', '1e9', '', ' 5', '5 ', '0x10', '+5', 'NaN', 'null', '٣', '65', '9'.repeat(400)].map(
    (value) => invalid(`max_new_tokens=${value.slice(0, 12)}`, texts({ max_new_tokens: value }), 'max_new_tokens'),
  ),
  invalid('max_new_tokens=1000000000', texts({ max_new_tokens: '1000000000' }), 'max_new_tokens'),
  ...['-1', 'x', '2.0', '1000'].map((value) =>
    invalid(`min_new_tokens=${value}`, texts({ min_new_tokens: value }), 'min_new_tokens'),
  ),
  invalid('a minimum above the maximum', texts({ min_new_tokens: '9', max_new_tokens: '5' }), 'min_new_tokens'),
  invalid('a prompt that leaves no room', texts({ prompt: 'a cat and '.repeat(40) }), 'prompt'),
  invalid(
    'a maximum that the prompt leaves no room for',
    texts({ prompt: 'a cat', max_new_tokens: '64' }),
    'max_new_tokens',
  ),
  invalid('a huge prompt', texts({ prompt: 'x'.repeat(20_000) }), 'prompt'),
  invalid('a prompt that is not UTF-8', texts({ prompt: latin1 }), 'prompt'),
  invalid('a huge field name', texts({ ['n'.repeat(500)]: '1' }), ''),
  invalid('a part without a name', multipart([{ name: null, value: 'x' }]), ''),
  invalid('a hundred fields', multipart(Array.from({ length: 100 }, () => ({ name: 'prompt', value: 'x' }))), ''),
  ['no boundary', v1, raw(whole, 'multipart/form-data'), 400, 'malformed_multipart'],
  ['an empty boundary', v1, raw(whole, 'multipart/form-data; boundary='), 400, 'malformed_multipart'],
  ['another boundary', v1, raw(whole, 'multipart/form-data; boundary=other'), 400, 'malformed_multipart'],
  ['a body cut short', v1, { body: whole.subarray(0, 5000), headers: formHeaders }, 400, 'malformed_multipart'],
  ['a form without a body', v1, { body: Buffer.alloc(0), headers: formHeaders }, 400, 'malformed_multipart'],
  ['a form of noise', v1, { body: Buffer.alloc(3000, 0x2d), headers: formHeaders }, 400, 'malformed_multipart'],
  ['a JSON body', v1, raw('{"image":"x"}', 'application/json'), 415, 'unsupported_media_type'],
  ['a raw image body', v1, raw(photo, 'image/jpeg'), 415, 'unsupported_media_type'],
  ['an urlencoded body', v1, raw('image=x', 'application/x-www-form-urlencoded'), 415, 'unsupported_media_type'],
  ['multipart/mixed', v1, raw(whole, 'multipart/mixed; boundary=x'), 415, 'unsupported_media_type'],
  ['no content type', v1, raw(photo), 415, 'unsupported_media_type'],
  ['a nonsensical content type', v1, raw(photo, ';;;=,'), 415, 'unsupported_media_type'],
  ['no body at all', v1, undefined, 415, 'unsupported_media_type'],
  [
    'a compressed body',
    v1,
    raw(whole, formHeaders['content-type'], { 'content-encoding': 'gzip' }),
    415,
    'unsupported_media_type',
  ],
  ['an unknown id', `GET /v1/captions/${knownShapeId}`, undefined, 404, 'not_found'],
  ['a malformed id', 'GET /v1/captions/42', undefined, 404, 'not_found'],
  ['an id in lower case', `GET /v1/captions/${knownShapeId.toLowerCase()}`, undefined, 404, 'not_found'],
  ['an id that tries to leave', 'GET /v1/captions/..%2f..%2fetc', undefined, 404, 'not_found'],
  ['an id that cannot be decoded', 'GET /v1/captions/%zz', undefined, 404, 'not_found'],
  ['an id with a NUL', 'GET /v1/captions/cap_%00', undefined, 404, 'not_found'],
  ['a very long id', `GET /v1/captions/${'A'.repeat(4000)}`, undefined, 404, 'not_found'],
  ['an unknown path', 'GET /v1/nothing', undefined, 404, 'not_found'],
  ['the root of the API', 'GET /v1', undefined, 404, 'not_found'],
  ['GET where POST is meant', 'GET /v1/captions', undefined, 405, 'method_not_allowed'],
  ['PUT on the collection', 'PUT /v1/captions', undefined, 405, 'method_not_allowed'],
  ['POST on a caption', `POST /v1/captions/${knownShapeId}`, undefined, 405, 'method_not_allowed'],
  ['PATCH on a caption', `PATCH /v1/captions/${knownShapeId}`, undefined, 405, 'method_not_allowed'],
];

const bento = (fields: Record<string, string | Uint8Array>) => imageForm('img', photo, fields);
const generateCases: Case[] = [
  ...images
    .filter(([, , , code]) => code !== 'missing_image')
    .map(([name, image, status]): Case => [name, generate, imageForm('img', image), status === 413 ? 413 : 400]),
  ['zero bytes', generate, imageForm('img', Buffer.alloc(0)), 400, 'missing', 'img'],
  ['a form without any field', generate, multipart([]), 400, 'missing', 'img'],
  ['only a text', generate, multipart([{ name: 'txt', value: '"hi"' }]), 400, 'missing', 'img'],
  ['the image under another name', generate, imageForm('photo', photo), 400, 'missing', 'img'],
  ['the image as text', generate, multipart([{ name: 'img', value: 'a.jpg' }]), 400, 'missing', 'img'],
  ['a raw image body', generate, raw(photo, 'image/jpeg'), 400, 'missing', 'img'],
  ['a JSON body', generate, raw('{"img":"x"}', 'application/json'), 400, 'missing', 'img'],
  ['no body at all', generate, undefined, 400, 'missing', 'img'],
  ['a JSON array as text', generate, bento({ txt: '["a"]' }), 400, 'value_error', 'txt'],
  ['a JSON object as text', generate, bento({ text: '{"a":1}' }), 400, 'value_error', 'txt'],
  ['a text that leaves no room', generate, bento({ txt: 'a cat and '.repeat(40) }), 400, 'value_error', 'txt'],
  ['a text that is not UTF-8', generate, bento({ txt: latin1 }), 400, 'value_error', 'txt'],
  ['a huge text', generate, bento({ txt: 'x'.repeat(20_000) }), 400, 'value_error', 'txt'],
  ['no boundary', generate, raw(whole, 'multipart/form-data'), 400],
  ['a body cut short', generate, { body: whole.subarray(0, 5000), headers: formHeaders }, 400],
];

let gateway: LiveGateway;
let keysBefore: string[];

beforeEach(async () => {
  keysBefore = await gateway.keys();
});
beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl')).start();
  await gateway.registerModel();
  // Whatever a first submission creates once (queue metadata) is there from now on.
  expect((await fetch(`${gateway.url}/v1/captions`, { method: 'POST', ...imageForm('image', photo) })).status).toBe(
    202,
  );
});
afterAll(() => gateway.stop());

function send(line: string, sent: Body | undefined): Promise<Response> {
  const [method, path] = line.split(' ') as [string, string];
  return fetch(gateway.url + path, { method, ...sent });
}

test('at least 60 kinds of bad input are covered', () => {
  expect(v1Cases.length + generateCases.length).toBeGreaterThan(60);
});

describe('/v1 refuses with a problem and leaves nothing in Redis', () => {
  test.each(v1Cases)('%s', async (_name, line, sent, status, code, field) => {
    const answer = await send(line, sent);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const problem = problemDetails.parse(await answer.json());
    expect(problem).toMatchObject({ status, code, type: `/docs/errors/${code}` });
    expect(answer.status).toBe(status);
    expect(problem.request_id).toBe(answer.headers.get('x-request-id'));
    expect(problem.detail).not.toMatch(/\bat .*\.[jt]s:\d+/);
    if (field !== undefined) expect(problem.errors?.map((error) => error.field)).toContain(field);
    if (status === 405) expect(answer.headers.get('allow')).toMatch(/^(POST|GET, HEAD)$/);
    expect(await gateway.keys()).toEqual(keysBefore);
  });
});

describe('/generate refuses as BentoML does and leaves nothing in Redis', () => {
  test.each(generateCases)('%s', async (_name, line, sent, status, type, location) => {
    const answer = await send(line, sent);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('server')).toBe('BentoML Service/BlipImageCaptioning');
    const body = await answer.json();
    if (type === undefined) expect(body).toEqual({ error: expect.stringMatching(/./) });
    else {
      expect(body).toMatchObject({ error: '1 validation error for Input', detail: [{ type, loc: [location] }] });
    }
    expect(await gateway.keys()).toEqual(keysBefore);
  });

  test('a missing image is refused in exactly the words of BentoML', async () => {
    expect(await (await send(generate, multipart([]))).json()).toEqual({
      error: '1 validation error for Input',
      detail: [{ type: 'missing', loc: ['img'], msg: 'Field required' }],
    });
  });

  test('other methods and paths are refused as text', async () => {
    const method = await send('GET /generate', undefined);
    expect([method.status, method.headers.get('allow'), await method.text()]).toEqual([
      405,
      'POST',
      'Method Not Allowed',
    ]);
    const path = await send('GET /nothing', undefined);
    expect([path.status, path.headers.get('content-type')]).toEqual([404, 'text/plain; charset=utf-8']);
    expect(await path.text()).toBe('Not Found');
  });
});
