import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { LiveGateway } from './testing/live-gateway.js';

const piece = Buffer.alloc(100_000);
let gateway: LiveGateway;

beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl')).start();
});
afterAll(() => gateway.stop());

/** What a client reads that sends all of its body whatever it is answered, and wants no further request. */
async function answerTo(head: string, bodyBytes: number): Promise<string> {
  const { port, hostname } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  let read = '';
  socket.on('data', (chunk) => (read += chunk)).on('error', () => undefined);
  socket.write(`${head}\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${bodyBytes}\r\n\r\n`);
  for (let sent = 0; sent < bodyBytes && !socket.destroyed; sent += piece.length) {
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
  }
  socket.end();
  if (!socket.destroyed) await once(socket, 'close');
  return read;
}

test.each([
  ['one that has no use for the body', 'GET /openapi.json HTTP/1.1', 30_000_000, '200 OK'],
  ['a refusal of the path', 'POST /v1/nothing HTTP/1.1', 30_000_000, '404'],
  ['a refusal of the length', 'POST /v1/captions HTTP/1.1\r\nContent-Type: image/png', 70_000_000, '413'],
])(
  'an answer that closes the connection while the body is still coming arrives whole: %s',
  async (_, head, bytes, status) => {
    const answer = await answerTo(head, bytes);
    expect(answer.slice(0, 20)).toContain(`HTTP/1.1 ${status}`);
    const [headers, body] = answer.split('\r\n\r\n');
    expect(Buffer.byteLength(body!)).toBe(Number(/content-length: (\d+)/i.exec(headers!)?.[1]));
  },
);
