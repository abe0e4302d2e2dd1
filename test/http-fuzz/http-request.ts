import fc, { type Arbitrary } from 'fast-check';
import { bodies } from './bodies.js';

export interface HttpRequest {
  method: string;
  path: string;
  /** What is written to the socket, and how long the sender then pauses. */
  pieces: { bytes: Uint8Array; pauseMs: number }[];
  /** Whether the sender resets the connection instead of waiting for its answer. */
  breaksOff: boolean;
}

const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const collections = ['/v1/captions', '/v1/answers', '/v1/matches', '/v1/batches', '/generate', '/generate/submit'];
const others = [
  ...[`/v1/captions/cap_${id}`, '/v1/captions/0190a5ec-7d50-7b2a-9d4b-3f2a6c1e8d07', `/v1/captions/cap_${id}/cancel`],
  ...[
    `/v1/captions/cap_${id}/retry`,
    `/v1/batches/bat_${id}`,
    '/v1/models',
    '/v1/models/demo',
    '/v1/webhook-deliveries',
  ],
  ...[
    '/generate/status?task_id=x',
    '/generate/get',
    '/openapi.json',
    '/metrics',
    '/readyz',
    '/nothing',
    '/v1/%zz',
    '*',
  ],
];
const methods = [
  'POST',
  'POST',
  'POST',
  'POST',
  'PUT',
  'GET',
  'HEAD',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'TRACE',
  'post',
  'QUERY',
];

const line = fc.string({ maxLength: 60, unit: fc.constantFrom(...' !"#$%&()*+,-./09:;<=>?@AZ[]^_`az{|}~') });
const headers: Arbitrary<[string, string][]> = fc.array(
  fc.oneof(
    fc.tuple(
      fc.constant('Prefer'),
      fc.oneof(fc.constantFrom('wait=0', 'wait=x', 'respond-async', 'wait=-1, wait=0'), line),
    ),
    fc.tuple(fc.constantFrom('Idempotency-Key', 'X-Request-Id', 'Cache-Control', 'X-Forwarded-Prefix'), line),
    fc.tuple(fc.constantFrom('Content-Encoding', 'Origin', 'Authorization', 'If-None-Match', 'Last-Event-ID'), line),
    fc.tuple(fc.constant('Expect'), fc.constantFrom('100-continue', 'nothing')),
  ),
  { maxLength: 4 },
);

/** Any HTTP/1.1 request, well-formed or not, as bytes with pauses between them. */
export function httpRequest(photo: Uint8Array): Arbitrary<HttpRequest> {
  return fc
    .record({
      method: fc.constantFrom(...methods),
      path: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...collections) }, fc.constantFrom(...others)),
      headers,
      body: fc.option(bodies(photo), { freq: 8, nil: undefined }),
      framing: fc.constantFrom('length', 'length', 'length', 'chunked', 'too short', 'none'),
      cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
      pauseMs: fc.constantFrom(0, 0, 0, 1, 20),
      breaksOff: fc.boolean().map((isBroken) => isBroken),
      sent: fc.constantFrom(1, 1, 1, 0.5),
    })
    .map(({ method, path, headers, body, framing, cuts, pauseMs, breaksOff, sent }) => {
      const bytes = Buffer.from(body?.bytes ?? new Uint8Array());
      const lines = [`${method} ${path} HTTP/1.1`, 'Host: 127.0.0.1', 'Connection: close'];
      for (const [name, value] of headers) lines.push(`${name}: ${value}`);
      if (body !== undefined) lines.push(`Content-Type: ${body.type}`);
      if (framing === 'chunked') lines.push('Transfer-Encoding: chunked');
      else if (framing !== 'none')
        lines.push(`Content-Length: ${framing === 'too short' ? bytes.length >> 1 : bytes.length}`);
      const framed = framing === 'chunked' ? chunked(bytes) : bytes;
      const whole = Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), framed]);
      const kept = whole.subarray(0, Math.ceil(whole.length * sent));
      return { method, path, pieces: cut(kept, cuts, pauseMs), breaksOff: breaksOff && sent < 1 };
    });
}

function chunked(bytes: Buffer): Buffer {
  if (bytes.length === 0) return Buffer.from('0\r\n\r\n');
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n0\r\n\r\n')]);
}

function cut(bytes: Buffer, cuts: number[], pauseMs: number): HttpRequest['pieces'] {
  const places = [0, ...cuts.map((share) => Math.floor(share * bytes.length)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, n) => ({ bytes: bytes.subarray(places[n], end), pauseMs }));
}
