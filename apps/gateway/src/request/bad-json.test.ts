import { describe } from 'vitest';
import { type Body, imageForm, multipart, rawBody } from '../testing/multipart.js';
import { latin1, photo, type RefusedRequest, startGateway, testRefusals } from '../testing/refused-requests.js';

const v1 = 'POST /v1/captions';
const json = (value: unknown): Body =>
  rawBody(typeof value === 'string' ? value : JSON.stringify(value), 'application/json');
const image = { base64: photo.toString('base64') };
const badJson = (name: string, value: unknown, field: string): RefusedRequest => [
  name,
  v1,
  json(value),
  422,
  'invalid_params',
  field,
];
const requests: RefusedRequest[] = [
  ['no JSON', v1, json('{'), 400, 'malformed_json'],
  ['an empty body', v1, json(''), 400, 'malformed_json'],
  [
    'a lone surrogate half',
    v1,
    rawBody(Buffer.from('{"image":"\xed\xa0\x80"}', 'latin1'), 'application/json'),
    400,
    'malformed_json',
  ],
  [
    'Latin-1 text',
    v1,
    rawBody(Buffer.concat([Buffer.from('{"prompt":"'), latin1, Buffer.from('"}')]), 'application/json'),
    400,
    'malformed_json',
  ],
  ['JSON twice', v1, json('{}{}'), 400, 'malformed_json'],
  ['single quotes', v1, json("{'image':1}"), 400, 'malformed_json'],
  ['deep nesting', v1, json(`${'['.repeat(50_000)}${']'.repeat(50_000)}`), 422, 'invalid_params'],
  ['no image', v1, json({ prompt: 'x' }), 400, 'missing_image', 'image'],
  [
    'compressed JSON',
    v1,
    rawBody('{}', 'application/json', { 'content-encoding': 'gzip' }),
    415,
    'unsupported_media_type',
  ],
  ['JSON of 35 MB', v1, json({ image, prompt: 'x'.repeat(35_000_000) }), 413, 'image_too_large'],
  ...['null', '[]', '7', '"x"'].map(
    (text): RefusedRequest => [`the JSON ${text}`, v1, json(text), 422, 'invalid_params'],
  ),
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
  ...['top_q', 'max_length', '__proto__', 'constructor'].map((name) =>
    badJson(`the parameter ${name}`, `{"image":{"base64":"AA"},"params":{"${name}":1}}`, `params.${name}`),
  ),
  ...[
    { do_sample: 'yes' },
    { temperature: 0 },
    { top_k: 1.5 },
    { top_p: 0 },
    { top_p: 1.5 },
    { seed: 1.5 },
    { seed: 'x' },
    { num_return_sequences: 9 },
    { bad_words: 'dog' },
    { format: 'html' },
    { min_confidence: 2 },
  ].map((params) => badJson(JSON.stringify(params), { image, params }, `params.${Object.keys(params)[0]}`)),
  ...[
    { prompt: 'a \ud83d' },
    { params: { bad_words: ['\udc00'] } },
    { metadata: { a: 'x\ud83d' } },
    { metadata: { '\ud83d': 'x' } },
    { webhook: 'https://example.com/\ud800' },
    { webhook: { url: 'https://example.com/\ud800' } },
  ].map((fields) =>
    badJson(`half a character in ${JSON.stringify(fields)}`, { image, ...fields }, Object.keys(fields)[0]!),
  ),
  ...(
    [
      ['/v1/answers', { image, question: '\ud83d?' }, 'question'],
      ['/v1/matches', { image, texts: ['a cat', '\ud83d'] }, 'texts'],
      ['/v1/batches', { items: [{ image }], webhook: 'https://example.com/\ud800' }, 'webhook.url'],
      ['/v1/batches', { items: [{ image }], metadata: { a: '\ud800' } }, 'metadata.a'],
      ['/v1/webhooks/test', { url: 'https://example.com/\ud800' }, 'url'],
    ] as const
  ).map(
    ([path, value, field]): RefusedRequest => [
      `half a character in ${field} of ${path}`,
      `POST ${path}`,
      json(value),
      422,
      'invalid_params',
      field,
    ],
  ),
  badJson('a blank bad word', { image, params: { bad_words: ['dog', ' '] } }, 'params.bad_words.1'),
  ...[
    { temperature: 1 },
    { num_beams: 2, do_sample: true },
    { num_return_sequences: 2 },
    { num_return_sequences: 3, num_beams: 2 },
    { min_words: 21 },
  ].map((params) => badJson(JSON.stringify(params), { image, params }, Object.keys(params)[0]!)),
  badJson('a prompt that fills max_chars', { image, prompt: 'a picture of', params: { max_chars: 13 } }, 'max_chars'),
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
  ...['!', 'AAAAA', 'ÿ', 'data:image/png', 'data:image/png;base64,!'].map(
    (base64): RefusedRequest => [`the base64 ${base64}`, v1, json({ image: { base64 } }), 422, 'image_corrupt'],
  ),
  // What can be decoded, blanks left out, and is no image.
  ...['a b c', 'data:,x', 'data:image/png,AAAA'].map(
    (base64): RefusedRequest => [
      `the base64 ${base64}`,
      v1,
      json({ image: { base64 } }),
      415,
      'unsupported_media_type',
    ],
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
  ].map((url): RefusedRequest => [`the URL ${url}`, v1, json({ image: { url } }), 422, 'url_blocked']),
  ['a raw body of zero bytes', v1, rawBody('', 'image/jpeg'), 400, 'missing_image'],
  ['a raw body that is no image', v1, rawBody('hello', 'image/png'), 415, 'unsupported_media_type'],
  ['a raw body of 21 MB', v1, rawBody(Buffer.alloc(21_000_000), 'image/png'), 413, 'image_too_large'],
  [
    'a raw body, compressed',
    v1,
    rawBody(photo, 'image/png', { 'content-encoding': 'br' }),
    415,
    'unsupported_media_type',
  ],
  ...[
    'temperature=1',
    'max_new_tokens=x',
    'max_new_tokens=1&max_new_tokens=2',
    'metadata=x',
    'image=x',
    'prompt=%ff',
    'timeout_s=0',
  ].map(
    (query): RefusedRequest => [
      `a raw body with ${query}`,
      `POST /v1/captions?${query}`,
      rawBody(photo, 'image/jpeg'),
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
  ['a batch that ends in the middle', 'POST /v1/batches', json('{"items":[{},{"image":'), 400, 'malformed_json'],
  ['a batch with an item that is not JSON', 'POST /v1/batches', json('{"items":[{},{]}'), 400, 'malformed_json'],
  ['a batch with a comma too many', 'POST /v1/batches', json('{"items":[{},]}'), 400, 'malformed_json'],
  ['a batch with text behind it', 'POST /v1/batches', json('{"items":[{}]} x'), 400, 'malformed_json'],
  ['a batch whose items are no list', 'POST /v1/batches', json({ items: {} }), 422, 'invalid_params', 'items'],
  [
    'lines without an item',
    'POST /v1/batches',
    rawBody('\n{"batch":{}}\n', 'application/x-ndjson'),
    422,
    'invalid_params',
  ],
  [
    'lines that begin with a batch that has an unknown field',
    'POST /v1/batches',
    rawBody('{"batch":{"x":1}}\n{}\n', 'application/x-ndjson'),
    422,
    'invalid_params',
    'x',
  ],
  ...['[{}]', '7'].map(
    (again): RefusedRequest => [
      `a batch with items and then items: ${again}`,
      'POST /v1/batches',
      json(`{"items":[{}],"items":${again}}`),
      422,
      'invalid_params',
      'items',
    ],
  ),
  ...(
    [
      ['/v1/captions', json({ image })],
      ['/v1/captions', imageForm('image', photo)],
      ['/v1/answers', json({ image, question: 'why?' })],
      ['/v1/batches', json({ items: [{ image }] })],
      ['/v1/batches', imageForm('images', photo)],
      ['/v1/batches', rawBody('{}', 'application/x-ndjson')],
    ] as const
  ).map(
    ([path, sent]): RefusedRequest => [
      `a query beside ${sent.headers['content-type']} to ${path}`,
      `POST ${path}?webhook=https://example.com/`,
      sent,
      422,
      'invalid_params',
      'webhook',
    ],
  ),
  ['a batch that is a list', 'POST /v1/batches', json([]), 422, 'invalid_params'],
  ['a batch of 40 MB', 'POST /v1/batches', json({ items: ['x'.repeat(40_000_000)] }), 413, 'image_too_large'],
  ['a batch as one image', 'POST /v1/batches', rawBody(photo, 'image/jpeg'), 415, 'unsupported_media_type'],
  [
    'a batch form without images',
    'POST /v1/batches',
    multipart([{ name: 'prompt', value: 'x' }]),
    400,
    'missing_image',
  ],
  ['a batch form with one image', 'POST /v1/batches', imageForm('image', photo), 422, 'invalid_params', 'image'],
];

describe('bad JSON, a bad raw body or a bad batch is refused and leaves nothing in Redis', () => {
  testRefusals(startGateway(), requests);
});
