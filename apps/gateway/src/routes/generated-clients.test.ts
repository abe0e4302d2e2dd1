import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { echoHandler, LiveGateway, repositoryFile } from '../testing/live-gateway.js';
import { multipart } from '../testing/multipart.js';

// What clients send that were generated from the document, or written in other languages than JavaScript.

const photo = await readFile(repositoryFile('test/images/rocket.jpg'));
let gateway: LiveGateway;
beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl')).start();
  await gateway.registerModel();
  await gateway.work(echoHandler);
});
afterAll(() => gateway.stop());

type Part = Parameters<typeof multipart>[0][number];
const image: Part = { name: 'image', value: photo, filename: 'photo.jpg' };

async function post(path: string, parts: Part[], headers: Record<string, string> = {}) {
  const form = multipart(parts);
  const init = { method: 'POST', body: form.body, headers: { ...form.headers, ...headers } };
  const answer = await fetch(`${gateway.url}${path}`, init);
  const text = await answer.text();
  return { status: answer.status, text, json: () => JSON.parse(text) };
}

test.each(['blob', undefined])('metadata and webhook may be parts of JSON, with the filename %s', async (filename) => {
  const named = filename === undefined ? {} : { filename };
  const part = (name: string, value: unknown): Part => ({
    ...{ name, value: JSON.stringify(value), type: 'application/json' },
    ...named,
  });
  const metadata = { album: 'summer' };
  const answer = await post('/v1/captions', [
    image,
    part('metadata', metadata),
    part('webhook', { url: 'https://blipq.invalid/hook' }),
    part('prompt', 'a "quoted" prompt'),
    part('max_new_tokens', 5),
  ]);
  expect(answer.status).toBe(202);
  expect(answer.json()).toMatchObject({ metadata, prompt: 'a "quoted" prompt', params: { max_new_tokens: 5 } });
});

test.each(['image/jpeg', 'application/octet-stream'])('a file of type %s needs no filename', async (type) => {
  const large = Buffer.concat([photo, Buffer.alloc(20_000)]);
  for (const value of [photo, large]) {
    expect((await post('/v1/captions', [{ name: 'image', value, type }])).status).toBe(202);
  }
});

test('the text of POST /generate may come as a file', async () => {
  const txt: Part = { name: 'txt', value: 'a prompt', filename: 'prompt.txt', type: 'text/plain' };
  const answer = await post('/generate', [{ ...image, name: 'img' }, txt]);
  expect([answer.status, answer.text]).toEqual([200, 'a prompt echoed']);
});

test.each(['prompt[99999999]', 'x[4294967294]', 'x[a][4294967294]', '__proto__[a]', 'prompt[]'])(
  'a field %s is a field of that name, which there is not, whatever number is in it',
  async (name) => {
    for (const [path, field] of [
      ['/v1/captions', 'image'],
      ['/v1/batches', 'images'],
    ] as const) {
      const answer = await post(path, [
        { name, value: 'x' },
        { ...image, name: field },
      ]);
      expect([answer.status, answer.json().errors[0].field]).toEqual([422, name]);
    }
    expect(
      (
        await post('/generate', [
          { name, value: 'x' },
          { ...image, name: 'img' },
        ])
      ).status,
    ).toBe(200);
  },
);
