import { readFile } from 'node:fs/promises';
import { BlipqError } from '@blipq/contracts';
import type { CaptionHandler, CaptionWork } from '@blipq/queue';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { latch } from '../testing/latch.js';
import { echoHandler, LiveGateway, repositoryFile } from '../testing/live-gateway.js';
import { imageForm, multipart, type Part } from '../testing/multipart.js';

let gateway: LiveGateway;
let photo: Buffer;
let seen: CaptionWork[];

beforeAll(async () => {
  photo = await readFile(repositoryFile('test/images/rocket.jpg'));
  gateway = await new LiveGateway(inject('redisUrl')).start();
  await gateway.registerModel({ generation_config: {}, positions_max: 512 });
  await gateway.work(async (work, signal) => {
    seen.push(work);
    if (work.prompt === 'break') throw new BlipqError('inference_error', 'The model failed on this image.');
    return echoHandler(work, signal);
  });
});
beforeEach(() => {
  seen = [];
});
afterAll(() => gateway.stop());

function generate(form: { body: Uint8Array; headers: Record<string, string> }): Promise<Response> {
  return fetch(`${gateway.url}/generate`, { method: 'POST', ...form });
}

test('the caption comes back as plain, unquoted text under BentoML headers', async () => {
  const answer = await generate(imageForm('img', photo, { txt: 'unicorn at sunset' }));
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(answer.headers.get('server')).toBe('BentoML Service/BlipImageCaptioning');
  expect(answer.headers.get('x-bentoml-request-id')).toMatch(/^[0-9a-f]{16}$/);
  expect(await answer.text()).toBe('unicorn at sunset echoed');
});

test("BentoBlip's 100 and 20 new tokens apply when the checkpoint has no defaults of its own", async () => {
  await generate(imageForm('img', photo));
  expect(seen[0]?.params).toMatchObject({ max_new_tokens: 100, min_new_tokens: 20 });
});

test.each([
  ['"hi"', 'hi'],
  ['"\\u00e9t\\u00e9"', 'été'],
  ['null', null],
  ['', null],
  ['   ', null],
  ['""', null],
  ['unicorn', 'unicorn'],
  ['[not json', '[not json'],
  ['123', '123'],
  ['true', 'true'],
  ['日本', '日本'],
])('txt=%s is read as %j', async (sent, prompt) => {
  expect((await generate(imageForm('img', photo, { txt: sent }))).status).toBe(200);
  expect(seen[0]?.prompt).toBe(prompt);
});

test('the later spelling image/text, further images and unknown fields are accepted', async () => {
  const parts: Part[] = [
    { name: 'text', value: '"a cat"' },
    { name: 'temperature', value: '0.7' },
    { name: 'mask', value: 'not an image', filename: 'mask.txt' },
    { name: 'image', value: photo, filename: 'a.jpg' },
    { name: 'img', value: 'not an image either', filename: 'b.jpg' },
  ];
  const answer = await generate(multipart(parts));
  expect(answer.status).toBe(200);
  expect(seen[0]).toMatchObject({ prompt: 'a cat', image: { bytes: photo.length } });
});

test('a caption that fails is answered with its status and an error key', async () => {
  const answer = await generate(imageForm('img', photo, { txt: 'break' }));
  expect(answer.status).toBe(500);
  expect(await answer.json()).toEqual({ error: 'The model failed on this image.' });
});

/** A worker that holds every caption until it learns that nobody wants it any more. */
function holdingWorker() {
  const begun = latch();
  const dropped = latch();
  let hasBegun = false;
  const handler: CaptionHandler = (_work, signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        dropped.resolve();
        reject(signal.reason);
      });
      hasBegun = true;
      begun.resolve();
    });
  return { begun: begun.promise, hasBegun: () => hasBegun, dropped: dropped.promise, handler };
}

/** The states of all captions that a gateway has. */
async function states(of: LiveGateway): Promise<string[]> {
  const ids = (await of.keys()).flatMap((key) => /:record:(cap_\w+)$/.exec(key)?.[1] ?? []);
  const captions = ids.map(async (id) => await (await fetch(`${of.url}/v1/captions/${id}`)).json());
  return ((await Promise.all(captions)) as { state: string }[]).map(({ state }) => state);
}

test('a request that no worker serves is answered 504 in the documented words, and its caption is canceled', async () => {
  const idle = await new LiveGateway(inject('redisUrl'), { BLIPQ_GENERATE_TIMEOUT_S: 1 }).start();
  await idle.registerModel();
  const answer = await fetch(`${idle.url}/generate`, { method: 'POST', ...imageForm('img', photo) });
  expect(answer.status).toBe(504);
  expect(await answer.json()).toEqual({ error: 'Not able to process the request in 1 seconds' });
  expect(await states(idle)).toEqual(['canceled']);
  await idle.stop();
});

test('work that takes too long is stopped when its caller gets the error', async () => {
  const worker = holdingWorker();
  const slow = await new LiveGateway(inject('redisUrl'), { BLIPQ_GENERATE_TIMEOUT_S: 1 }).start();
  await slow.registerModel();
  await slow.work(worker.handler);
  let requests = 0;
  // On a busy machine the second may end before the worker has begun.
  do {
    const answer = await fetch(`${slow.url}/generate`, { method: 'POST', ...imageForm('img', photo) });
    expect(answer.status).toBe(504);
    requests += 1;
  } while (!worker.hasBegun());
  await worker.dropped;
  await expect.poll(() => states(slow)).toEqual(Array(requests).fill('canceled'));
  await slow.stop();
});

test('work is stopped when its caller hangs up', async () => {
  const worker = holdingWorker();
  const left = await new LiveGateway(inject('redisUrl')).start();
  await left.registerModel();
  await left.work(worker.handler);
  const caller = new AbortController();
  const call = fetch(`${left.url}/generate`, { method: 'POST', ...imageForm('img', photo), signal: caller.signal });
  await worker.begun;
  caller.abort();
  await expect(call).rejects.toThrow();
  await worker.dropped;
  await expect.poll(() => states(left)).toEqual(['canceled']);
  await left.stop();
});
