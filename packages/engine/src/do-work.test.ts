import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CaptionParams, type RequestedParams, resolveParams } from '@blipq/contracts';
import { PixelPool } from '@blipq/pixels';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { doWork } from './do-work.js';
import { Engine } from './engine.js';
import { manifestOf } from './manifest-of.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const cacheDir = mkdtempSync(join(tmpdir(), 'blipq-do-work-'));
const silent = () => {};
const engine = new Engine({
  checkpoint: join(root, 'models/demo'),
  cacheDir,
  threads: 1,
  precision: 'fp32',
  device: 'cpu',
  batchMax: 8,
  batchDeadlineMs: 60_000,
  logger: { debug: silent, info: silent, warn: silent },
});
let pixels: Uint8Array;

beforeAll(async () => {
  await engine.start();
  const pool = new PixelPool({ threads: 1 });
  const scene = await readFile(join(root, 'test/reference/pixels/scene-0-128.png'));
  pixels = (await pool.toPixels(scene, engine.facts.imageSize)).rgb;
  await pool.stop();
});
afterAll(async () => {
  await engine.stop();
  rmSync(cacheDir, { recursive: true });
});

/** A request's parameters as a gateway resolves them. */
const resolved = (requested: RequestedParams): CaptionParams =>
  resolveParams({ requested, manifest: manifestOf(engine.facts), promptTokens: 1 });
const caption = (requested: RequestedParams, prompt: string | null = null) =>
  doWork(engine, { pixels, prompt, params: resolved(requested) });

it('tells a confidence, and no more than was asked for', async () => {
  const { caption: made, captions } = await caption({});
  expect(made).toMatchObject({ text: 'a car on the beach', alt: null, low_confidence: false });
  const mean = made!.tokens.reduce((sum, { logprob }) => sum + logprob, 0) / made!.tokens.length;
  expect(made!.confidence).toBeCloseTo(Math.exp(mean), 6);
  expect(captions).toBeUndefined();
});

it('tells each generated token as the vocabulary has it, and none of the prompt', async () => {
  const textsOf = ({ caption: made }: Awaited<ReturnType<typeof caption>>) => made!.tokens.map(({ text }) => text);
  expect(textsOf(await caption({}))).toEqual(['a', 'car', 'on', 'the', 'beach', '[SEP]']);
  expect(textsOf(await caption({}, 'a picture of'))).toEqual(['a', 'car', 'on', 'the', 'beach', '[SEP]']);
  expect(textsOf(await caption({ max_new_tokens: 2 }))).toEqual(['a', 'car']);
});

it('marks a caption whose confidence is below what was asked for', async () => {
  expect((await caption({ min_confidence: 1 })).caption).toMatchObject({ low_confidence: true });
  expect((await caption({ min_confidence: 0 })).caption).toMatchObject({ low_confidence: false });
});

it.each([
  ['beams', { num_beams: 4, num_return_sequences: 3 }],
  ['samples', { do_sample: true, temperature: 3, seed: 1, num_return_sequences: 3 }],
])('gives several captions of one image, best first: %s', async (_name, requested) => {
  const { caption: best, captions } = await caption({ ...requested, format: 'alt' });
  expect(captions).toHaveLength(3);
  expect(captions![0]).toEqual(best);
  const scores = captions!.map(({ score }) => score);
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  for (const { text, alt } of captions!) {
    expect(text).not.toMatch(/\.$/);
    expect(alt).toMatch(/^[A-Z].*\.$/);
  }
});

it('makes the sample of a seed again, beside whatever else runs', async () => {
  const sample = { do_sample: true, temperature: 5, top_k: 0, seed: 2 ** 45 };
  const alone = await caption(sample);
  const crowd = await Promise.all([caption({}), caption(sample), caption({ ...sample, seed: 1 }), caption(sample)]);
  expect(crowd[1]!.caption).toEqual(alone.caption);
  expect(crowd[3]!.caption).toEqual(alone.caption);
  expect(crowd[2]!.caption).not.toEqual(alone.caption);
});

it('keeps to bad words and lengths, and leaves out a prompt', async () => {
  const asked = { bad_words: [' Car', 'BEACH'], max_chars: 30, suppress_prompt: true, format: 'alt' as const };
  const { caption: made } = await caption(asked, 'a picture of');
  expect(made!.text).not.toMatch(/\b(car|beach|picture)\b/);
  expect(made!.alt!.length).toBeLessThanOrEqual(30);
});
