import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { LiveGateway } from '../apps/gateway/src/testing/live-gateway.js';
import { WorkerProcess } from '../apps/worker/src/testing/worker-process.js';

interface VqaGolden {
  image: string;
  question: string;
  params: { max_new_tokens: number };
  ids: number[];
  text: string;
}
interface ItmGolden {
  image: string;
  text: string;
  match_probability: number;
  itc_cosine: number;
}

/** What these tests read of a resource; `answers` or `matches` by its task. */
interface Resource {
  object: string;
  model: string;
  state: string;
  links: { self: string };
  timings: { inference_ms: number };
  answers: { question: string; text: string; tokens: { id: number }[] }[];
  matches: { text: string; probability: number; similarity: number }[];
  caption: { text: string } | null;
  match: { probability: number; similarity: number; model: string } | null;
}

const reference = fileURLToPath(new URL('reference/', import.meta.url));
const goldens: { vqa: VqaGolden[]; itm: ItmGolden[] } = JSON.parse(
  await readFile(join(reference, 'goldens.json'), 'utf8'),
);
const images = [...new Set(goldens.vqa.map(({ image }) => image))];

let folder: string;
let gateway: LiveGateway;
/** In the order in which they began, which is nobody's. */
const workers: WorkerProcess[] = [];
let matcher: WorkerProcess;

async function work(checkpoint: string): Promise<WorkerProcess> {
  const worker = await WorkerProcess.spawn({
    REDIS_URL: inject('redisUrl'),
    BLIPQ_NAMESPACE: gateway.namespace,
    BLIPQ_MODEL: checkpoint,
    BLIPQ_CACHE: inject('modelCache'),
    // As transformers computes.
    BLIPQ_PRECISION: 'fp32',
  });
  workers.push(worker);
  await worker.logged('model registered');
  return worker;
}

/** Sends an image that is as large as the models' input, so that their pixels are exactly its own. */
async function ask(path: string, image: string, asked: object, prefer = 'wait=60'): Promise<Resource> {
  const base64 = (await readFile(join(reference, image))).toString('base64');
  const headers = { 'content-type': 'application/json', prefer };
  const body = JSON.stringify({ image: { base64 }, ...asked });
  const response = await fetch(`${gateway.url}${path}`, { method: 'POST', headers, body });
  return (await response.json()) as Resource;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blipq-tasks-'));
  gateway = await new LiveGateway(inject('redisUrl')).start();
  [matcher] = (await Promise.all(['itm', 'vqa', 'caption'].map((name) => work(join(reference, name))))) as [
    WorkerProcess,
  ];
});
afterAll(async () => {
  for (const worker of workers) await worker.kill('SIGKILL');
  await gateway.stop();
  await rm(folder, { recursive: true });
});

describe('one worker for each task, on one Redis', () => {
  test.each(images)('the answers about %s are those of transformers', async (image) => {
    const own = goldens.vqa.filter((golden) => golden.image === image);
    const questions = own.map(({ question }) => question);
    const answer = await ask('/v1/answers', image, { questions, params: own[0]!.params });
    expect(answer).toMatchObject({ state: 'succeeded', model: 'vqa', questions });
    for (const [index, { question, text, ids }] of own.entries()) {
      const { tokens, ...rest } = answer.answers[index]!;
      expect(rest).toMatchObject({ question, text });
      expect(tokens.map(({ id }) => id)).toEqual(ids.slice(-tokens.length));
      expect(tokens).toHaveLength(ids.length - 1);
    }
  });

  test.each(images)('the matches of %s are those of transformers', async (image) => {
    const own = goldens.itm.filter((golden) => golden.image === image);
    const texts = own.map(({ text }) => text);
    const match = await ask('/v1/matches', image, { texts });
    expect(match).toMatchObject({ state: 'succeeded', model: 'itm', texts });
    for (const [index, { text, match_probability, itc_cosine }] of own.entries()) {
      const { probability, similarity, ...rest } = match.matches[index]!;
      expect(rest).toEqual({ text });
      expect(Math.abs(probability - match_probability)).toBeLessThanOrEqual(1e-3);
      expect(Math.abs(similarity - itc_cosine)).toBeLessThanOrEqual(1e-3);
    }
  });

  test('everything at once: each worker does what is its own', async () => {
    const rounds = await Promise.all(
      images.flatMap((image) => [
        ask('/v1/answers', image, { question: 'is it raining?', params: { max_new_tokens: 10 } }),
        ask('/v1/matches', image, { texts: ['a cat'] }),
        ask('/v1/captions', image, { params: { max_new_tokens: 10 } }),
      ]),
    );
    expect(new Set(rounds.map(({ object, model, state }) => `${object} ${model} ${state}`))).toEqual(
      new Set(['answer vqa succeeded', 'match itm succeeded', 'caption caption succeeded']),
    );
    for (const { answers, timings } of rounds.filter(({ object }) => object === 'answer')) {
      expect(goldens.vqa.map(({ text }) => text)).toContain(answers[0]!.text);
      expect(timings.inference_ms).toBeGreaterThan(0);
    }
  });
});

describe('a caption with its match', () => {
  const match = { match: true, params: { max_new_tokens: 10 } };

  test.each(images)('of %s is that of the two asked one after the other', async (image) => {
    const both = await ask('/v1/captions', image, match);
    expect(both).toMatchObject({ state: 'succeeded', model: 'caption', match: { model: 'itm' } });
    const alone = await ask('/v1/captions', image, { params: match.params });
    expect(alone).toMatchObject({ caption: both.caption, match: null });
    const [fit] = (await ask('/v1/matches', image, { texts: [both.caption!.text] })).matches;
    expect(both.match).toMatchObject({ probability: fit!.probability, similarity: fit!.similarity });
  });

  test('waits for a matcher that was killed, and then ends with both', async () => {
    await matcher.kill('SIGKILL');
    const left = await ask('/v1/captions', images[0]!, match, '');
    const read = async (headers = {}) => await (await fetch(gateway.url + left.links.self, { headers })).json();
    await vi.waitFor(async () => expect(await read()).toMatchObject({ state: 'queued', attempt: 1 }));
    // No result is shown before all are there.
    expect(await read()).toMatchObject({ caption: null, match: null });
    await work(join(reference, 'itm'));
    expect(await read({ prefer: 'wait=60' })).toMatchObject({
      state: 'succeeded',
      match: { model: 'itm' },
      attempt: 2,
    });
  });
});

test('a worker takes no job of another model of the same task', async () => {
  const [image] = images;
  const twin = join(folder, 'twin');
  await cp(join(reference, 'vqa'), twin, { recursive: true });
  const first = await work(twin);
  await vi.waitFor(async () => {
    const models = (await (await fetch(`${gateway.url}/v1/models`)).json()) as { data: { id: string }[] };
    expect(models.data.map(({ id }) => id)).toContain('twin');
  });
  await first.kill('SIGKILL');
  const question = { question: 'is it raining?', params: { max_new_tokens: 10 } };
  const left = await ask('/v1/answers', image!, { ...question, model: 'twin' }, '');
  // The other one has answered what came later, and would have come to this one before.
  expect(await ask('/v1/answers', image!, { ...question, model: 'vqa' })).toMatchObject({ state: 'succeeded' });
  const read = async () => await (await fetch(gateway.url + left.links.self)).json();
  expect(await read()).toMatchObject({ state: 'queued', attempt: 0, model: 'twin' });
  await work(twin);
  const headers = { prefer: 'wait=60' };
  const ended = await (await fetch(gateway.url + left.links.self, { headers })).json();
  expect(ended).toMatchObject({ state: 'succeeded', model: 'twin' });
});
