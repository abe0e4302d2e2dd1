import { getEventListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { HeldHandler } from '../../apps/gateway/src/testing/held-handler.js';
import { echoAskedHandler, LiveGateway } from '../../apps/gateway/src/testing/live-gateway.js';
import { Blipq, type BlipqError } from '../../packages/client/src/index.js';
import type { Task } from '../../packages/contracts/src/index.js';

const photo = await readFile(new URL('../images/rocket.jpg', import.meta.url));
const dataUrl = `data:image/jpeg;base64,${photo.toString('base64')}`;
const held = new HeldHandler();
let gateway: LiveGateway;
let blipq: Blipq;

beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl')).start();
  await gateway.registerModel();
  await gateway.registerModel({ model: 'vqa', task: 'question_answering' });
  await gateway.registerModel({ model: 'itm', task: 'image_text_retrieval' });
  await gateway.work(held.handle);
  await gateway.workAs<Task>({ model: 'vqa', task: 'question_answering' }, echoAskedHandler);
  await gateway.workAs<Task>({ model: 'itm', task: 'image_text_retrieval' }, echoAskedHandler);
  blipq = new Blipq({ server: gateway.url });
});
beforeEach(() => held.letGo());
afterAll(() => gateway.stop());

/** A client whose requests go through `intercept`. */
const through = (intercept: typeof fetch, retryForMs = 30_000) =>
  new Blipq({ server: `${gateway.url}/`, fetch: intercept, retryForMs });

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const got: T[] = [];
  for await (const item of items) got.push(item);
  return got;
}
const statesOf = async () => (await all(blipq.captions.list({ limit: 100 }))).map(({ state }) => state);

describe('an image can be', () => {
  test.each<[string, Parameters<Blipq['caption']>[0]]>([
    ['bytes', photo],
    ['a part of a buffer', Buffer.concat([Buffer.from('xx'), photo]).subarray(2)],
    ['an ArrayBuffer', new Uint8Array(photo).buffer],
    ['a Blob', new Blob([photo])],
    ['a File', new File([photo], 'rocket.jpg')],
    ['a URL as text', dataUrl],
    ['a URL', new URL(dataUrl)],
  ])('%s', async (_what, image) => {
    const options = { prompt: 'a', params: { max_new_tokens: 7 }, metadata: { album: 'summer' } };
    const caption = await blipq.caption(image, options);
    expect(caption).toMatchObject({ ...options, state: 'succeeded', caption: { text: 'a echoed' } });
    expect(caption.image?.bytes).toBe(photo.length);
  });
});

test('questions are answered and texts are matched', async () => {
  const { answers } = await blipq.answer(photo, { questions: ['is it?', 'what?'] });
  expect(answers?.map(({ text }) => text)).toEqual(['is it? yes', 'what? yes']);
  const { matches } = await blipq.match(dataUrl, { texts: ['a', 'b'] });
  expect(matches?.map(({ text }) => text)).toEqual(['a', 'b']);
  expect((await blipq.models()).map(({ id }) => id)).toEqual(['itm', 'vqa', 'demo']);
});

test('a refusal is an error with the API’s code, detail and fields, and is not repeated', async () => {
  let sent = 0;
  const counting = through((url, init) => {
    sent++;
    return fetch(url, init);
  });
  const error: BlipqError = await counting.caption(photo, { params: { num_beams: 99 } }).catch((error) => error);
  expect(error).toMatchObject({ name: 'BlipqError', code: 'invalid_params', status: 422, retryable: false });
  expect(error.problem?.errors?.[0]?.field).toBe('num_beams');
  expect(sent).toBe(1);
});

test('onUpdate sees a caption from its queue to its end', async () => {
  const begun = held.nextBegun();
  const states: string[] = [];
  const made = blipq.caption(photo, {
    prompt: 'hold',
    onUpdate: ({ state }) => {
      states.push(state);
      if (state === 'processing') held.letGo();
    },
  });
  await begun;
  expect((await made).state).toBe('succeeded');
  expect(states.at(-1)).toBe('succeeded');
  expect(states).toContain('processing');
});

test.each([
  ['is refused', async () => new Response('', { status: 503 })],
  ['breaks', async () => new Response('retry: 1\n\ndata: {"id', { status: 200 })],
  ['is cut', () => Promise.reject(new TypeError('terminated'))],
])('where the stream of events %s, asking goes on', async (_how, answer) => {
  const polling = through((url, init) => (String(url).endsWith('/events') ? answer() : fetch(url, init)));
  const begun = held.nextBegun();
  const seen: string[] = [];
  const made = polling.caption(photo, { prompt: 'hold', onUpdate: ({ state }) => seen.push(state) });
  await begun;
  held.letGo();
  expect((await made).state).toBe('succeeded');
  expect(seen.at(-1)).toBe('succeeded');
});

describe('a repetition is safe', () => {
  test('when answers are lost on their way, one caption is made', async () => {
    const before = (await statesOf()).length;
    let lost = 0;
    const unlucky = through(async (url, init) => {
      const answer = await fetch(url, init);
      if (lost++ < 2) throw new TypeError('fetch failed');
      return answer;
    });
    expect((await unlucky.caption(photo, { prompt: 'lost' })).attempt).toBe(1);
    expect(await statesOf()).toHaveLength(before + 1);
  });

  test('a key makes one caption of many calls', async () => {
    const calls = Array.from({ length: 5 }, () => blipq.caption(photo, { idempotencyKey: 'photo-17' }));
    expect(new Set((await Promise.all(calls)).map(({ id }) => id)).size).toBe(1);
    const other = blipq.caption(photo, { idempotencyKey: 'photo-17', prompt: 'b' });
    await expect(other).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  });

  test('what stays away is an error in the end', async () => {
    const away = through(() => Promise.reject(new TypeError('fetch failed')), 300);
    await expect(away.caption(photo)).rejects.toMatchObject({ code: 'connection_failed', retryable: true });
  });

  test('a server that is none is said at once', async () => {
    const page = through(async () => new Response('<html>'));
    await expect(page.models()).rejects.toMatchObject({ code: 'bad_response' });
    const gone = through(async () => new Response('<html>', { status: 404 }));
    await expect(gone.models()).rejects.toMatchObject({ code: 'bad_response', status: 404 });
  });
});

describe('an aborted call cancels its work', () => {
  const canceled = async (prompt: string) =>
    await vi.waitFor(async () => {
      const [last] = await all(blipq.captions.list({ limit: 1 }));
      expect(last).toMatchObject({ prompt, state: 'canceled' });
    });

  test.each([
    ['without events', undefined],
    ['with events', () => {}],
  ])('while it runs, %s', async (_how, onUpdate) => {
    const abort = new AbortController();
    const begun = held.nextBegun();
    const made = blipq.caption(photo, { prompt: 'hold', signal: abort.signal, ...(onUpdate && { onUpdate }) });
    await begun;
    abort.abort(new Error('enough'));
    await expect(made).rejects.toThrow('enough');
    await canceled('hold');
  });

  test('when the answer to its submit has not arrived', async () => {
    const abort = new AbortController();
    const begun = held.nextBegun();
    const lossy = through(async (url, init) => {
      const answer = await fetch(url, init);
      if (init?.method !== 'PUT') return answer;
      await begun;
      abort.abort(new Error('enough'));
      throw new TypeError('fetch failed');
    });
    const made = lossy.caption(photo, { prompt: 'hold', signal: abort.signal, onUpdate: () => {} });
    await expect(made).rejects.toThrow('enough');
    await canceled('hold');
  });

  test('when its submit comes to a busy server after the first tries to cancel it', async () => {
    const abort = new AbortController();
    let submit: () => unknown = () => {};
    let cancels = 0;
    const late = through(async (url, init) => {
      if (init?.method === 'PUT') {
        submit = () => fetch(url, { ...init, signal: null });
        abort.abort(new Error('enough'));
        throw new TypeError('fetch failed');
      }
      const answer = await fetch(url, init);
      cancels += 1;
      if (cancels === 3) await submit();
      return answer;
    });
    const before = (await statesOf()).length;
    const made = late.caption(photo, { prompt: 'hold', signal: abort.signal, onUpdate: () => {} });
    await expect(made).rejects.toThrow('enough');
    await vi.waitFor(async () => {
      const [last, ...others] = await statesOf();
      expect([last, others.length]).toEqual(['canceled', before]);
    });
  });

  test('as do all that share a signal, which has one listener while they run and none when they have ended', async () => {
    const abort = new AbortController();
    const listeners = () => getEventListeners(abort.signal, 'abort').length;
    const asked: number[] = [];
    const counting = through(async (url, init) => {
      asked.push(listeners());
      return await fetch(url, init);
    });
    const share = (prompt: string) => () => counting.caption(photo, { prompt, signal: abort.signal });
    await Promise.all(Array.from({ length: 12 }, share('together')));
    expect([new Set(asked), listeners()]).toEqual([new Set([1]), 0]);

    const begun = held.nextBegun();
    const made = Array.from({ length: 3 }, share('hold'));
    await begun;
    abort.abort(new Error('enough'));
    for (const one of await Promise.allSettled(made)) expect(one).toMatchObject({ reason: { message: 'enough' } });
    expect(listeners()).toBe(0);
  });

  test('and one that is aborted beforehand sends nothing', async () => {
    const sent = vi.fn(fetch);
    const made = through(sent).caption(photo, { signal: AbortSignal.abort(new Error('no')) });
    await expect(made).rejects.toThrow('no');
    expect(sent).not.toHaveBeenCalled();
  });
});

describe('captionMany', () => {
  test('yields what became of each, errors too', async () => {
    const items = [{ image: photo, prompt: 'one' }, { image: Buffer.from('no image') }, dataUrl];
    const results = await all(blipq.captionMany(items, { params: { max_new_tokens: 5 } }));
    const of = (index: number) => results.find((one) => one.index === index);
    expect(results).toHaveLength(3);
    expect(of(0)?.resource).toMatchObject({ prompt: 'one', params: { max_new_tokens: 5 } });
    expect(of(1)).toMatchObject({ item: items[1], error: { code: 'unsupported_media_type' } });
    expect(of(2)?.resource?.state).toBe('succeeded');
  });

  test('takes no more than it has room for', async () => {
    let taken = 0;
    function* endless() {
      for (;;) yield { image: photo, prompt: `${taken++}` };
    }
    let got = 0;
    for await (const { resource } of blipq.captionMany(endless(), { concurrency: 3 })) {
      expect(resource?.state).toBe('succeeded');
      expect(taken - got).toBeLessThanOrEqual(3);
      if (++got === 20) break;
    }
  });

  test('a slow source keeps no result back', async () => {
    let letGo = () => {};
    async function* slow() {
      yield photo;
      await new Promise<void>((resolve) => {
        letGo = resolve;
      });
    }
    for await (const { resource } of blipq.captionMany(slow())) {
      expect(resource?.state).toBe('succeeded');
      letGo();
    }
  });

  test('leaving the loop closes the source and cancels what is under way', async () => {
    let closed = false;
    function* source() {
      try {
        yield { image: photo, prompt: 'quick' };
        for (;;) yield { image: photo, prompt: 'hold' };
      } finally {
        closed = true;
      }
    }
    for await (const { resource } of blipq.captionMany(source(), { concurrency: 4 })) {
      expect(resource?.prompt).toBe('quick');
      await vi.waitFor(async () => expect(await statesOf()).toContain('processing'));
      break;
    }
    expect(closed).toBe(true);
    await vi.waitFor(async () => {
      const states = await statesOf();
      expect(states.filter((state) => state === 'queued' || state === 'processing')).toEqual([]);
    });
  });

  test('an abort and an error of the source end it', async () => {
    const abort = new AbortController();
    const many = blipq.captionMany([{ image: photo, prompt: 'hold' }], { signal: abort.signal });
    const next = many.next();
    abort.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
    // biome-ignore lint/correctness/useYield: it fails before it has anything.
    async function* broken(): AsyncGenerator<Buffer> {
      throw new Error('no disk');
    }
    await expect(all(blipq.captionMany(broken()))).rejects.toThrow('no disk');
  });
});
