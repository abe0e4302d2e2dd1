import { readFile } from 'node:fs/promises';
import { problemDetails } from '@blipq/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { blankPng } from '../testing/blank-png.js';
import { LiveGateway, repositoryFile } from '../testing/live-gateway.js';
import { type Body, imageForm, multipart } from '../testing/multipart.js';

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
  invalid('two hundred fields', multipart(Array.from({ length: 200 }, () => ({ name: 'prompt', value: 'x' }))), ''),
  ['no boundary', v1, raw(whole, 'multipart/form-data'), 400, 'malformed_multipart'],
  ['an empty boundary', v1, raw(whole, 'multipart/form-data; boundary='), 400, 'malformed_multipart'],
  ['another boundary', v1, raw(whole, 'multipart/form-data; boundary=other'), 400, 'malformed_multipart'],
  ['a body cut short', v1, { body: whole.subarray(0, 5000), headers: formHeaders }, 400, 'malformed_multipart'],
  ['a form without a body', v1, { body: Buffer.alloc(0), headers: formHeaders }, 400, 'malformed_multipart'],
  ['a form of noise', v1, { body: Buffer.alloc(3000, 0x2d), headers: formHeaders }, 400, 'malformed_multipart'],
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
  ['PUT on the collection', 'PUT /v1/captions', undefined, 405, 'method_not_allowed'],
  ['DELETE on the collection', 'DELETE /v1/captions', undefined, 405, 'method_not_allowed'],
  ['POST on a caption', `POST /v1/captions/${knownShapeId}`, undefined, 405, 'method_not_allowed'],
  ['PATCH on a caption', `PATCH /v1/captions/${knownShapeId}`, undefined, 405, 'method_not_allowed'],
  ['GET where a caption is canceled', `GET /v1/captions/${knownShapeId}/cancel`, undefined, 405, 'method_not_allowed'],
  ['GET where a caption is retried', `GET /v1/captions/${knownShapeId}/retry`, undefined, 405, 'method_not_allowed'],
  ['POST on the events', `POST /v1/captions/${knownShapeId}/events`, undefined, 405, 'method_not_allowed'],
  ['GET on the batches', 'GET /v1/batches', undefined, 405, 'method_not_allowed'],
  ['DELETE on a batch', `DELETE /v1/batches/${knownShapeId}`, undefined, 405, 'method_not_allowed'],
  ['POST on the models', 'POST /v1/models', undefined, 405, 'method_not_allowed'],
  ['an unknown model', 'GET /v1/models/none', undefined, 404, 'not_found'],
  ['an unknown batch', 'GET /v1/batches/bat_01ARZ3NDEKTSV4RRFFQ69G5FAV', undefined, 404, 'not_found'],
  ["a caption's id for a batch", `GET /v1/batches/${knownShapeId}`, undefined, 404, 'not_found'],
  ['deleting an unknown caption', `DELETE /v1/captions/${knownShapeId}`, undefined, 404, 'not_found'],
  ['canceling an unknown caption', `POST /v1/captions/${knownShapeId}/cancel`, undefined, 404, 'not_found'],
  ['retrying an unknown caption', `POST /v1/captions/${knownShapeId}/retry`, undefined, 404, 'not_found'],
  ['watching an unknown caption', `GET /v1/captions/${knownShapeId}/events`, undefined, 404, 'not_found'],
  ['an own id that is no ULID', 'PUT /v1/captions/cap_mine', imageForm('image', photo), 404, 'not_found'],
  [
    'an own id in lower case',
    `PUT /v1/captions/${knownShapeId.toLowerCase()}`,
    imageForm('image', photo),
    404,
    'not_found',
  ],
  ...[
    'limit=0',
    'limit=101',
    'limit=x',
    'limit=',
    'limit=1&limit=2',
    'limit=1.5',
    'state=done',
    'state=',
    'states=queued',
    'cursor=',
  ].map(
    (query): Case => [
      `the query ${query}`,
      `GET /v1/captions?${query}`,
      undefined,
      422,
      'invalid_params',
      query.split('=')[0],
    ],
  ),
  ['a cursor that we did not make', 'GET /v1/captions?cursor=abc', undefined, 422, 'invalid_params', 'cursor'],
];

const json = (value: unknown): Body =>
  raw(typeof value === 'string' ? value : JSON.stringify(value), 'application/json');
const image = { base64: photo.toString('base64') };
const badJson = (name: string, value: unknown, field: string): Case => [
  name,
  v1,
  json(value),
  422,
  'invalid_params',
  field,
];
const jsonCases: Case[] = [
  ['no JSON', v1, json('{'), 400, 'malformed_json'],
  ['an empty body', v1, json(''), 400, 'malformed_json'],
  [
    'a lone surrogate half',
    v1,
    raw(Buffer.from('{"image":"\xed\xa0\x80"}', 'latin1'), 'application/json'),
    400,
    'malformed_json',
  ],
  [
    'Latin-1 text',
    v1,
    raw(Buffer.concat([Buffer.from('{"prompt":"'), latin1, Buffer.from('"}')]), 'application/json'),
    400,
    'malformed_json',
  ],
  ['JSON twice', v1, json('{}{}'), 400, 'malformed_json'],
  ['single quotes', v1, json("{'image':1}"), 400, 'malformed_json'],
  ['deep nesting', v1, json(`${'['.repeat(50_000)}${']'.repeat(50_000)}`), 422, 'invalid_params'],
  ['no image', v1, json({ prompt: 'x' }), 400, 'missing_image', 'image'],
  ['compressed JSON', v1, raw('{}', 'application/json', { 'content-encoding': 'gzip' }), 415, 'unsupported_media_type'],
  ['JSON of 20 MB', v1, json({ image, prompt: 'x'.repeat(20_000_000) }), 413, 'image_too_large'],
  ...['null', '[]', '7', '"x"'].map((text): Case => [`the JSON ${text}`, v1, json(text), 422, 'invalid_params']),
  ...[
    null,
    7,
    'https://example.com/a.jpg',
    [],
    {},
    { url: 7 },
    { base64: null },
    { url: '' },
    { url: 'x', base64: 'x' },
  ].map((value) => badJson(`the image ${JSON.stringify(value)}`, { image: value }, 'image')),
  ...[7, [], {}, 'x'.repeat(20_000), '\uFFFD'].map((prompt) =>
    badJson(`the prompt ${JSON.stringify(prompt).slice(0, 20)}`, { image, prompt }, 'prompt'),
  ),
  ...[null, 7, 'x', [], [1]].map((params) =>
    badJson(`the params ${JSON.stringify(params)}`, { image, params }, 'params'),
  ),
  ...['7', 0, -1, 1.5, null, true, [], 1e300, 65].map((value) =>
    badJson(
      `max_new_tokens: ${JSON.stringify(value)}`,
      { image, params: { max_new_tokens: value } },
      value === 65 ? 'max_new_tokens' : 'params.max_new_tokens',
    ),
  ),
  ...['temperature', 'do_sample', 'top_p', 'max_length', '__proto__', 'constructor'].map((name) =>
    badJson(`the parameter ${name}`, `{"image":{"base64":"AA"},"params":{"${name}":1}}`, `params.${name}`),
  ),
  ...[null, 7, [], { a: 1 }, { a: 'x'.repeat(600) }, { ['k'.repeat(65)]: 'x' }, { '': 'x' }].map((metadata) =>
    badJson(`the metadata ${JSON.stringify(metadata).slice(0, 30)}`, { image, metadata }, 'metadata'),
  ),
  badJson(
    '17 metadata',
    { image, metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, 'v'])) },
    'metadata',
  ),
  ...[0, -1, 1.5, '60', null, 1e9].map((timeout_s) =>
    badJson(`timeout_s: ${timeout_s}`, { image, timeout_s }, 'timeout_s'),
  ),
  badJson('an unknown field', { image, callback: 'https://example.com' }, 'callback'),
  badJson('an empty model name', { image, model: '' }, 'model'),
  ['a model that is not served', v1, json({ image, model: 'other' }), 422, 'unknown_model', 'model'],
  ['a match where no model makes one', v1, json({ image, match: true }), 422, 'match_unavailable', 'match'],
  ['a match that is neither wanted nor not', v1, json({ image, match: 'maybe' }), 422, 'invalid_params', 'match'],
  ...['!', 'AAAAA', 'a b c', 'ÿ', 'data:image/png', 'data:,x', 'data:image/png,AAAA', 'data:image/png;base64,!'].map(
    (base64): Case => [`the base64 ${base64}`, v1, json({ image: { base64 } }), 422, 'image_corrupt'],
  ),
  ['text in base64', v1, json({ image: { base64: 'aGVsbG8gd29ybGQ=' } }), 415, 'unsupported_media_type'],
  ['an empty data URI', v1, json({ image: { url: 'data:image/png;base64,' } }), 400, 'missing_image'],
  ...[
    ...[
      'http://example.com/a.jpg',
      'file:///etc/passwd',
      'ftp://example.com/a.jpg',
      'gopher://x',
      'example.com',
      '//example.com',
    ],
    ...['https://127.0.0.1/', 'https://[::1]/', 'https://[::ffff:10.0.0.1]/', 'https://169.254.169.254/'],
    ...[
      'https://0x7f.1/',
      'https://2130706433/',
      'https://user:secret@example.com/',
      'https://example.com:22/',
      'https://100.64.0.1/',
    ],
  ].map((url): Case => [`the URL ${url}`, v1, json({ image: { url } }), 422, 'url_blocked']),
  ['a raw body of zero bytes', v1, raw('', 'image/jpeg'), 400, 'missing_image'],
  ['a raw body that is no image', v1, raw('hello', 'image/png'), 415, 'unsupported_media_type'],
  ['a raw body of 11 MB', v1, raw(Buffer.alloc(11_000_000), 'image/png'), 413, 'image_too_large'],
  ['a raw body, compressed', v1, raw(photo, 'image/png', { 'content-encoding': 'br' }), 415, 'unsupported_media_type'],
  ...[
    'temperature=1',
    'max_new_tokens=x',
    'max_new_tokens=1&max_new_tokens=2',
    'metadata=x',
    'image=x',
    'prompt=%ff',
    'timeout_s=0',
  ].map(
    (query): Case => [
      `a raw body with ${query}`,
      `POST /v1/captions?${query}`,
      raw(photo, 'image/jpeg'),
      422,
      'invalid_params',
      query.split('=')[0],
    ],
  ),
  [
    'an idempotency key with blanks',
    v1,
    { ...json({ image }), headers: { ...json({}).headers, 'idempotency-key': 'a b' } },
    400,
    'bad_idempotency_key',
  ],
  ['a batch without items', 'POST /v1/batches', json({}), 422, 'invalid_params', 'items'],
  ['a batch of 101 items', 'POST /v1/batches', json({ items: Array(101).fill({}) }), 413, 'batch_too_large'],
  ['a batch that is a list', 'POST /v1/batches', json([]), 422, 'invalid_params'],
  ['a batch of 40 MB', 'POST /v1/batches', json({ items: ['x'.repeat(40_000_000)] }), 413, 'image_too_large'],
  ['a batch as one image', 'POST /v1/batches', raw(photo, 'image/jpeg'), 415, 'unsupported_media_type'],
  [
    'a batch form without images',
    'POST /v1/batches',
    multipart([{ name: 'prompt', value: 'x' }]),
    400,
    'missing_image',
  ],
  ['a batch form with one image', 'POST /v1/batches', imageForm('image', photo), 422, 'invalid_params', 'image'],
  [
    'a batch form with 101 images',
    'POST /v1/batches',
    multipart(Array.from({ length: 101 }, () => ({ name: 'images', value: 'x', filename: 'a' }))),
    413,
    'batch_too_large',
  ],
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
  ['the image as text', generate, multipart([{ name: 'img', value: 'a.jpg' }]), 400, 'value_error', 'img'],
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

test('at least 120 kinds of bad input are covered', () => {
  expect(v1Cases.length + jsonCases.length + generateCases.length).toBeGreaterThan(200);
});

describe('/v1 refuses with a problem and leaves nothing in Redis', () => {
  test.each([...v1Cases, ...jsonCases])('%s', async (_name, line, sent, status, code, field) => {
    const answer = await send(line, sent);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const problem = problemDetails.parse(await answer.json());
    expect(problem).toMatchObject({ status, code, type: `/docs/errors/${code}` });
    expect(answer.status).toBe(status);
    expect(problem.request_id).toBe(answer.headers.get('x-request-id'));
    expect(problem.detail).not.toMatch(/\bat .*\.[jt]s:\d+/);
    if (field !== undefined) {
      const fields = problem.errors?.map((error) => error.field) ?? [];
      expect(
        fields.some((one) => one === field || one.startsWith(`${field}.`)),
        fields.join(),
      ).toBe(true);
    }
    if (status === 405) expect(answer.headers.get('allow')).toMatch(/^[A-Z]+(, [A-Z]+)*$/);
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
