import { describe } from 'vitest';
import { type Body, imageForm, multipart, rawBody } from '../testing/multipart.js';
import { latin1, photo, type RefusedRequest, startGateway, testRefusals } from '../testing/refused-requests.js';
import { unusableImages } from '../testing/unusable-images.js';

const v1 = 'POST /v1/captions';
const { headers: formHeaders } = multipart([]);
const whole = imageForm('image', photo).body;
const texts = (fields: Record<string, string | Uint8Array>) => imageForm('image', photo, fields);
const invalid = (name: string, sent: Body, field: string): RefusedRequest => [
  name,
  v1,
  sent,
  422,
  'invalid_params',
  field,
];

/** A part that a form cannot have, alone and before a good image. */
const oddParts = [20, 20_000].flatMap((bytes) => {
  const text = 'a'.repeat(bytes);
  const headers = [
    ['without a Content-Disposition', 'X-A: b'],
    ['that is an attachment', 'Content-Disposition: attachment; name="image"; filename="a"'],
    ['whose name has a line break', 'Content-Disposition: form-data; name="a\nb"'],
  ];
  return headers.map(([name, header]): [name: string, part: Buffer] => [
    `${bytes} bytes ${name}`,
    Buffer.from(`--blipq-test-boundary\r\n${header}\r\n\r\n${text}\r\n`),
  ]);
});
const end = multipart([]).body;
const oddForms = ['/v1/captions', '/v1/batches'].flatMap((path) =>
  oddParts.flatMap(([name, part]): RefusedRequest[] =>
    [end, imageForm(path === '/v1/batches' ? 'images' : 'image', photo).body].map((rest) => {
      const sent = { body: Buffer.concat([part, rest]), headers: formHeaders };
      return [`a part of ${name}, then ${rest.length} bytes`, `POST ${path}`, sent, 400, 'malformed_multipart'];
    }),
  ),
);

const requests: RefusedRequest[] = [
  ...oddForms,
  ...unusableImages.map(
    ([name, image, status, code]): RefusedRequest => [name, v1, imageForm('image', image), status, code],
  ),
  ['a form without any field', v1, multipart([]), 400, 'missing_image'],
  ['only a prompt', v1, multipart([{ name: 'prompt', value: 'hi' }]), 400, 'missing_image'],
  ['the image as text', v1, multipart([{ name: 'image', value: 'photo.jpg' }]), 400, 'missing_image'],
  ['an empty filename', v1, multipart([{ name: 'image', value: '', filename: '' }]), 400, 'missing_image'],
  invalid('an unknown text field', texts({ top_q: '1' }), 'top_q'),
  invalid('a temperature of 0', texts({ do_sample: 'true', temperature: '0' }), 'temperature'),
  invalid('a seed that is no number', texts({ do_sample: 'true', seed: '1e3x' }), 'seed'),
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
  ...[
    '0',
    '-1',
    '1.5',
    'abc',
    '1e9',
    '.',
    '1e',
    '',
    ' 5',
    '5 ',
    '0x10',
    '+5',
    'NaN',
    'null',
    '٣',
    '65',
    '9'.repeat(400),
  ].map((value) => invalid(`max_new_tokens=${value.slice(0, 12)}`, texts({ max_new_tokens: value }), 'max_new_tokens')),
  invalid('max_new_tokens=1000000000', texts({ max_new_tokens: '1000000000' }), 'max_new_tokens'),
  ...['-1', 'x', '2.5', '1000'].map((value) =>
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
  invalid('half a character in metadata', texts({ metadata: '{"a":"\\ud800"}' }), 'metadata.a'),
  invalid('half a character in a webhook', texts({ webhook: '{"url":"https://example.com/\\ud800"}' }), 'webhook.url'),
  invalid(
    'half a character as JSON',
    multipart([{ name: 'prompt', value: '"\\ud800"', type: 'application/json' }]),
    'prompt',
  ),
  invalid('a huge field name', texts({ ['n'.repeat(500)]: '1' }), ''),
  invalid('a part without a name', multipart([{ name: null, value: 'x' }]), ''),
  invalid('two hundred fields', multipart(Array.from({ length: 200 }, () => ({ name: 'prompt', value: 'x' }))), ''),
  ['no boundary', v1, rawBody(whole, 'multipart/form-data'), 400, 'malformed_multipart'],
  ['an empty boundary', v1, rawBody(whole, 'multipart/form-data; boundary='), 400, 'malformed_multipart'],
  ['another boundary', v1, rawBody(whole, 'multipart/form-data; boundary=other'), 400, 'malformed_multipart'],
  ['a body cut short', v1, { body: whole.subarray(0, 5000), headers: formHeaders }, 400, 'malformed_multipart'],
  ['a form without a body', v1, { body: Buffer.alloc(0), headers: formHeaders }, 400, 'malformed_multipart'],
  ['a form of noise', v1, { body: Buffer.alloc(3000, 0x2d), headers: formHeaders }, 400, 'malformed_multipart'],
  ['an urlencoded body', v1, rawBody('image=x', 'application/x-www-form-urlencoded'), 415, 'unsupported_media_type'],
  ['multipart/mixed', v1, rawBody(whole, 'multipart/mixed; boundary=x'), 415, 'unsupported_media_type'],
  ['no content type', v1, rawBody(photo), 415, 'unsupported_media_type'],
  ['a nonsensical content type', v1, rawBody(photo, ';;;=,'), 415, 'unsupported_media_type'],
  ['no body at all', v1, undefined, 415, 'unsupported_media_type'],
  [
    'a compressed body',
    v1,
    rawBody(whole, formHeaders['content-type'], { 'content-encoding': 'gzip' }),
    415,
    'unsupported_media_type',
  ],
];

describe('a bad form is refused and leaves nothing in Redis', () => testRefusals(startGateway(), requests));
