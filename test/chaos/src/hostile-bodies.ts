import { crc32, deflateSync } from 'node:zlib';

export interface HostileBody {
  /** What is wrong with it. */
  name: string;
  path: string;
  type: string;
  bytes: Buffer<ArrayBuffer>;
}

/** Bodies whose cost is out of proportion to their size, or that nothing can be made of. */
export function hostileBodies(): HostileBody[] {
  const captions = '/v1/captions';
  const json = (name: string, text: string, path = captions) => ({
    ...{ name, path, type: 'application/json', bytes: Buffer.from(text) },
  });
  const form = (name: string, text: string, boundary = 'b') => ({
    ...{ name, path: captions, type: `multipart/form-data; boundary=${boundary}`, bytes: Buffer.from(text, 'latin1') },
  });
  const raw = (name: string, bytes: Buffer<ArrayBuffer>) => ({ name, path: captions, type: 'image/png', bytes });
  const names = Array.from({ length: 60_000 }, (_, n) => `"n${n}":0`).join(',');
  const bomb = (side: number, more: Buffer[] = []) =>
    png(side, deflateSync(Buffer.alloc(side * (side / 8 + 1)), { level: 9 }), more);
  const polluted = '{"__proto__":{"model":"x"},"constructor":{"prototype":{"model":"x"}},"image":{"base64":"AAAA"}}';
  const refused = `{"image":{"base64":"AAAA"},"prompt":"${'p'.repeat(20_000)}"}`;
  return [
    form('a large index in a name', `${part('prompt[99999999]', 'x')}${part('x[4294967294]', 'x')}--b--\r\n`),
    form('names that nest', `${part(`a${'[b]'.repeat(500)}`, 'x')}--b--\r\n`),
    form('a thousand fields', `${part('prompt', 'x').repeat(1000)}--b--\r\n`),
    form('a form without an end', part('image', 'x'.repeat(5000))),
    form('a form without a beginning', 'x'.repeat(100_000)),
    form('parts without heads', '--b\r\n\r\n'.repeat(20_000)),
    form('a boundary that is too long', part('image', 'x'), 'b'.repeat(300)),
    json('many names', `{${names}}`),
    json('many names in metadata', `{"metadata":{${names}},"image":{"base64":"AAAA"}}`),
    json('deep lists', '['.repeat(200_000)),
    json('deep objects', `${'{"a":'.repeat(50_000)}0${'}'.repeat(50_000)}`),
    json('names of prototypes', polluted),
    json('names of prototypes in metadata', `{"metadata":${polluted},"image":{"base64":"AAAA"}}`),
    json('much that is refused', `{"items":[${Array(100).fill(refused).join(',')}]}`, '/v1/batches'),
    json('text that is cut off', `{"image":{"base64":"${'A'.repeat(400_000)}`),
    raw('an image of 3.6 gigapixels', bomb8(60_000)),
    raw('an image of 64 megapixels in 8 kB', bomb(8000)),
    raw('a text of 64 MB in an image', bomb(64, [chunk('zTXt', Buffer.concat([Buffer.from('a\0\0'), textBomb()]))])),
    raw('an image that ends early', bomb(4000).subarray(0, 600) as Buffer<ArrayBuffer>),
    raw('no image', Buffer.alloc(100_000, 'x')),
  ];

  function bomb8(side: number): Buffer<ArrayBuffer> {
    return png(side, deflateSync(Buffer.alloc(1000)));
  }
}

const part = (name: string, value: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

const textBomb = () => deflateSync(Buffer.alloc(64_000_000, 'x'), { level: 1 });

/** A square PNG of one bit for a pixel, with these chunks before its pixels. */
function png(side: number, pixels: Buffer, more: Buffer[] = []): Buffer<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1;
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    ...more,
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, check]);
}
