import fc, { type Arbitrary } from 'fast-check';

export interface FuzzBody {
  type: string;
  bytes: Uint8Array;
}

const names = [
  ...[
    'image',
    'images',
    'img',
    'txt',
    'prompt',
    'metadata',
    'webhook',
    'params',
    'max_new_tokens',
    'num_beams',
    'model',
  ],
  ...[
    'question',
    'questions',
    'texts',
    'items',
    'match',
    'timeout_s',
    'url',
    'base64',
    'events',
    '__proto__',
    'constructor',
  ],
  ...['prompt[99999999]', 'x[4294967294]', 'a[b][c]', 'n'.repeat(300), '', 'ü'],
];
const name = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...names) }, fc.string({ maxLength: 20 }));

/** A body of any content type that the gateway reads, or does not. */
export function bodies(photo: Uint8Array): Arbitrary<FuzzBody> {
  const image = fc.oneof(fc.constant(photo), damaged(photo), fc.uint8Array({ maxLength: 2000 }));
  return fc.oneof(
    { weight: 4, arbitrary: multipart(image) },
    { weight: 4, arbitrary: json(image) },
    fc.record({ type: fc.constantFrom('image/jpeg', 'image/*', 'application/octet-stream'), bytes: image }),
    fc.record({
      type: fc.constantFrom('application/x-www-form-urlencoded', 'text/plain', 'application/xml', ';;,', '*/*'),
      bytes: fc.oneof(
        fc.uint8Array({ maxLength: 500 }),
        fc.webQueryParameters().map((text) => Buffer.from(text)),
      ),
    }),
  );
}

function damaged(photo: Uint8Array): Arbitrary<Uint8Array> {
  return fc.tuple(fc.nat(photo.length - 1), fc.nat(255), fc.boolean()).map(([at, byte, isCut]) => {
    const bytes = Uint8Array.from(photo);
    bytes[at] = byte;
    return isCut ? bytes.subarray(0, at) : bytes;
  });
}

function json(image: Arbitrary<Uint8Array>): Arbitrary<FuzzBody> {
  const encoded = image.map((bytes) => ({ base64: Buffer.from(bytes).toString('base64') }));
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(fc.string(), fc.double(), fc.integer(), fc.boolean(), fc.constant(null), encoded),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(name, tie('any'), { maxKeys: 5 }),
    ),
  })).any;
  const asked = fc.record(
    { image: encoded, prompt: fc.string(), metadata: value, params: value, webhook: value },
    { requiredKeys: ['image'] },
  );
  const hostile = fc.constantFrom(
    `{${Array.from({ length: 60_000 }, (_, n) => `"${n}":0`)}}`,
    `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
    `{"image":{"base64":"${'A'.repeat(500_000)}"}}`,
    `[${'0,'.repeat(300_000)}0]`,
    `"${'\\u0000'.repeat(100_000)}"`,
    ' '.repeat(500_000),
  );
  const text = fc.oneof(
    { weight: 4, arbitrary: asked.map((one) => JSON.stringify(one)) },
    { weight: 3, arbitrary: value.map((one) => JSON.stringify(one) ?? '') },
    { weight: 2, arbitrary: fc.array(asked, { maxLength: 5 }).map((items) => JSON.stringify({ items })) },
    hostile,
  );
  return text.map((one) => ({ type: 'application/json', bytes: Buffer.from(one) }));
}

function multipart(image: Arbitrary<Uint8Array>): Arbitrary<FuzzBody> {
  const part = fc.record({
    name: fc.option(name, { freq: 10, nil: undefined }),
    filename: fc.option(fc.oneof(fc.constantFrom('a.jpg', '', 'blob', '../x', "a'b"), fc.string({ maxLength: 20 })), {
      nil: undefined,
    }),
    type: fc.option(
      fc.constantFrom('image/jpeg', 'application/json', 'text/plain; charset=latin1', 'application/octet-stream', 'x'),
      { nil: undefined },
    ),
    value: fc.oneof(
      image,
      fc.string({ maxLength: 200 }).map((text) => Buffer.from(text)),
      fc.constant(Buffer.alloc(20_000, 'x')),
    ),
    extra: fc.constantFrom('', 'Content-Transfer-Encoding: base64\r\n', 'X: y\r\n'.repeat(40), 'no colon\r\n'),
  });
  const boundary = fc.constantFrom('b', 'x'.repeat(70), 'x'.repeat(300), '', '--', 'a b', '"q"');
  const ending = fc.constantFrom('--\r\n', '--\r\n', '--\r\nepilogue', '', '-', '\r\n');
  return fc.record({ parts: fc.array(part, { maxLength: 6 }), boundary, ending }).map(({ parts, boundary, ending }) => {
    const chunks = parts.flatMap(({ name, filename, type, value, extra }) => {
      const named = name === undefined ? '' : `; name="${name}"`;
      const filed = filename === undefined ? '' : `; filename="${filename}"`;
      const head = `--${boundary}\r\nContent-Disposition: form-data${named}${filed}\r\n`;
      return [
        Buffer.from(`${head}${type === undefined ? '' : `Content-Type: ${type}\r\n`}${extra}\r\n`),
        value,
        Buffer.from('\r\n'),
      ];
    });
    const bytes = Buffer.concat([...chunks, Buffer.from(`--${boundary}${ending}`)]);
    return { type: `multipart/form-data; boundary=${boundary}`, bytes };
  });
}
