import { readFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { problemDetails } from '@blipq/contracts';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { bodyBytesMax } from './request/body-bytes-max.js';
import { LiveGateway, repositoryFile } from './testing/live-gateway.js';
import { imageForm } from './testing/multipart.js';

const photo = await readFile(repositoryFile('test/images/rocket.jpg'));
let gateway: LiveGateway;
beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl')).start();
  await gateway.registerModel();
});
afterAll(() => gateway.stop());

test('a well-formed request id appears in the answer, the problem and the log', async () => {
  const id = 'trace/2b-7f:9@proxy=1';
  const answer = await fetch(`${gateway.url}/v1/nothing?secret=1`, { headers: { 'x-request-id': id } });
  expect(answer.headers.get('x-request-id')).toBe(id);
  expect(problemDetails.parse(await answer.json())).toMatchObject({ request_id: id, instance: '/v1/nothing' });
  await vi.waitFor(() => {
    const line = gateway.logs.find((one) => one.request_id === id);
    expect(line).toMatchObject({ level: 30, method: 'GET', path: '/v1/nothing', status: 404 });
    expect(JSON.stringify(line)).not.toContain('secret');
  });
});

test.each(['', 'two words', 'x'.repeat(200), '"quoted"'])('the request id %j is replaced', async (id) => {
  const answer = await fetch(`${gateway.url}/livez`, { headers: { 'x-request-id': id } });
  expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f]{16}$/);
});

test('every answer carries the security headers and does not name the framework', async () => {
  const { headers } = await fetch(`${gateway.url}/v1/nothing`);
  expect(Object.fromEntries(headers)).toMatchObject({
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  });
  expect(headers.has('x-powered-by')).toBe(false);
});

test('OPTIONS lists the methods of a path', async () => {
  for (const [path, allow] of [
    ['/v1/captions', 'GET, HEAD, POST'],
    ['/v1/captions/x', 'GET, HEAD, PUT, DELETE'],
    ['/v1/captions/x/cancel', 'POST'],
    ['/v1/captions/x/events', 'GET, HEAD'],
    ['/v1/batches', 'GET, HEAD, POST'],
    ['/v1/models', 'GET, HEAD'],
    ['/generate', 'POST'],
  ]) {
    const answer = await fetch(gateway.url + path, { method: 'OPTIONS' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([204, allow]);
  }
});

test('an unforeseen error is answered internal_error: its cause is in the log and not in the answer', async () => {
  const broken = await new LiveGateway(inject('redisUrl')).start();
  await broken.registerModel({}, '{"this is": "no tokenizer"');
  const v1 = await fetch(`${broken.url}/v1/captions`, { method: 'POST', ...imageForm('image', photo) });
  const problem = problemDetails.parse(await v1.json());
  expect(problem).toMatchObject({ status: 500, code: 'internal_error' });
  expect(JSON.stringify(problem)).not.toMatch(/JSON|SyntaxError|\.js/);
  expect(broken.logs).toContainEqual(
    expect.objectContaining({
      level: 50,
      request_id: problem.request_id,
      err: expect.objectContaining({ type: 'SyntaxError' }),
    }),
  );
  const legacy = await fetch(`${broken.url}/generate`, { method: 'POST', ...imageForm('img', photo) });
  expect([legacy.status, await legacy.json()]).toEqual([
    500,
    { error: 'An unexpected error has occurred, please check the server log.' },
  ]);
  await broken.stop();
});

test('a body that announces more bytes than the limit is refused at once', async () => {
  const answer = await streamed({ 'content-length': String(bodyBytesMax + 1) }, 0);
  expect([answer.statusCode, answer.headers.connection]).toEqual([413, 'close']);
});

test('a body without a length is cut off at the limit', async () => {
  const answer = await streamed({ 'transfer-encoding': 'chunked' }, bodyBytesMax + 1024 * 1024);
  expect([answer.statusCode, answer.headers.connection]).toEqual([413, 'close']);
});

/** Sends the start of a form and then `count` bytes that belong to no image, and leaves the body unfinished. */
function streamed(headers: Record<string, string>, count: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sending = request(`${gateway.url}/v1/captions`, {
      method: 'POST',
      headers: { ...imageForm('image', photo).headers, ...headers },
    });
    sending.on('error', reject);
    sending.on('response', (response) => {
      sending.off('error', reject).on('error', () => undefined);
      response.resume().on('end', () => resolve(response));
    });
    sending.flushHeaders();
    const block = Buffer.alloc(1024 * 1024, 0x61);
    for (let sent = 0; sent < count; sent += block.length) sending.write(block);
  });
}
