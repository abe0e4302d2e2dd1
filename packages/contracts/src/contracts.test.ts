import { describe, expect, test } from 'vitest';
import {
  type AnswerResource,
  answerResource,
  type BatchResource,
  BlipqError,
  batchId,
  batchResource,
  type CaptionResource,
  captionEvent,
  captionId,
  captionPage,
  captionResource,
  eventOf,
  failedWith,
  isTerminal,
  type MatchResource,
  matchResource,
  modelManifest,
  newBatchId,
  newCaptionId,
  problemDetails,
  problemOf,
  problems,
  taskOfId,
  tenantName,
  workJob,
  workMetadata,
  workOutcome,
} from './index.js';

// Every variant that goes over a wire, as it looks there. A change of these snapshots is a change of the protocol.

const queued: CaptionResource = {
  id: 'cap_01M84A47TQWRGVZ3HMQF50GRAJ',
  object: 'caption',
  state: 'queued',
  version: 1,
  attempt: 0,
  cancel_requested: false,
  model: 'demo',
  revision: '009f308ad49e',
  precision: 'fp32',
  model_note: null,
  prompt: 'a picture of',
  params: {
    max_new_tokens: 20,
    min_new_tokens: 0,
    num_beams: 3,
    length_penalty: 1,
    early_stopping: 'never',
    repetition_penalty: 1.5,
    no_repeat_ngram_size: 2,
  },
  image: { width: 640, height: 480, format: 'jpeg', sha256: 'ab'.repeat(32), bytes: 81_234 },
  metadata: { shelf: '4' },
  caption: null,
  captions: null,
  match: null,
  cached: false,
  error: null,
  timings: null,
  created_at: '2026-11-23T13:00:00.000Z',
  started_at: null,
  finished_at: null,
  deadline_at: '2026-11-23T14:00:00.000Z',
  expires_at: '2026-11-25T13:00:00.000Z',
  batch_id: 'bat_01M84A47TQWRGVZ3HMQF50GRAK',
  retry_of: null,
  links: {
    self: '/v1/captions/cap_01M84A47TQWRGVZ3HMQF50GRAJ',
    events: '/v1/captions/cap_01M84A47TQWRGVZ3HMQF50GRAJ/events',
    cancel: '/v1/captions/cap_01M84A47TQWRGVZ3HMQF50GRAJ/cancel',
    retry: '/v1/captions/cap_01M84A47TQWRGVZ3HMQF50GRAJ/retry',
    batch: '/v1/batches/bat_01M84A47TQWRGVZ3HMQF50GRAK',
  },
};
const processing: CaptionResource = {
  ...queued,
  state: 'processing',
  version: 2,
  attempt: 1,
  started_at: '2026-11-23T13:00:01.000Z',
};
const ended = {
  ...processing,
  version: 3,
  finished_at: '2026-11-23T13:00:02.000Z',
  expires_at: '2026-11-24T13:00:02.000Z',
};
const aCat = { text: 'a cat', alt: 'A cat.', score: -0.25, confidence: 0.75, low_confidence: false };
const succeeded: CaptionResource = {
  ...ended,
  state: 'succeeded',
  caption: { ...aCat, tokens: [{ id: 7, logprob: -0.125 }] },
  match: { probability: 0.75, similarity: 0.5, model: 'itm', revision: '4e9be7ae3d16', precision: 'int8' },
  timings: {
    preprocess_ms: 7.5,
    queue_ms: 1000,
    inference_ms: 55.5,
    encode_ms: 12.5,
    decode_ms: 30.25,
    batch_size: 4,
    device: 'cpu',
    total_ms: 2000,
  },
};
const failed: CaptionResource = {
  ...ended,
  state: 'failed',
  error: { code: 'worker_lost', detail: 'The caption was given up.', retryable: false },
};

const cached: CaptionResource = { ...succeeded, attempt: 0, cached: true, timings: null, started_at: null };
const batch: BatchResource = {
  id: 'bat_01M84A47TQWRGVZ3HMQF50GRAK',
  object: 'batch',
  state: 'processing',
  version: 1795525200000,
  total: 2,
  refused: 1,
  counts: { queued: 1, processing: 0, succeeded: 0, failed: 0, canceled: 0, expired: 0 },
  items: [
    { index: 0, key: 'a.jpg', id: 'cap_01M84A47TQWRGVZ3HMQF50GRAJ', error: null },
    { index: 1, key: null, id: null, error: { code: 'image_corrupt', detail: 'It is cut.', retryable: false } },
  ],
  metadata: {},
  created_at: '2026-11-23T13:00:00.000Z',
  finished_at: null,
  expires_at: '2026-11-25T13:00:00.000Z',
  links: { self: '/batch', results: '/batch/results', events: '/batch/events', cancel: '/batch/cancel' },
};

describe('the caption resource', () => {
  test.each([
    ['queued', queued],
    ['processing', processing],
    ['succeeded', succeeded],
    ['succeeded from a stored result', cached],
    ['failed', failed],
    ['processing, to be canceled', { ...processing, version: 3, cancel_requested: true }],
    ['canceled', { ...ended, state: 'canceled' as const }],
    ['expired', { ...ended, state: 'expired' as const }],
  ])('%s', (_state, resource) => {
    expect(JSON.stringify(captionResource.parse(resource), null, 1)).toMatchSnapshot();
  });

  test('a field without a value is null, never missing', () => {
    const { caption: _, ...incomplete } = queued;
    expect(captionResource.safeParse(incomplete).success).toBe(false);
  });
});

describe('answers and matches', () => {
  const { prompt: _, params, caption, ...life } = succeeded;
  const links = (self: string) => ({
    ...{ self, events: `${self}/events`, cancel: `${self}/cancel`, retry: `${self}/retry`, batch: null },
  });
  const [ans, mat] = ['ans_01M84A47TQWRGVZ3HMQF50GRAJ', 'mat_01M84A47TQWRGVZ3HMQF50GRAJ'];
  const answer: AnswerResource = {
    ...life,
    ...{ id: ans!, object: 'answer', questions: ['what is it?'], params, batch_id: null },
    answers: [{ question: 'what is it?', ...caption! }],
    links: links(`/v1/answers/${ans}`),
  };
  const match: MatchResource = {
    ...life,
    ...{ id: mat!, object: 'match', texts: ['a cat'], batch_id: null },
    matches: [{ text: 'a cat', probability: 0.75, similarity: 0.5 }],
    links: links(`/v1/matches/${mat}`),
  };

  test.each([
    ['an answer that succeeded', answerResource, answer],
    ['an answer that is queued', answerResource, { ...answer, state: 'queued' as const, answers: null }],
    ['a match that succeeded', matchResource, match],
    ['a match that is queued', matchResource, { ...match, state: 'queued' as const, matches: null }],
  ])('%s', (_what, schema, resource) => {
    expect(JSON.stringify(schema.parse(resource), null, 1)).toMatchSnapshot();
  });

  test('their ids are no ids of captions, and tell the task', () => {
    expect(answerResource.safeParse({ ...answer, id: queued.id }).success).toBe(false);
    expect([ans!, mat!, queued.id].map(taskOfId)).toEqual([
      ...['question_answering', 'image_text_retrieval', 'captioning'],
    ]);
    expect(() => taskOfId('bat_01M84A47TQWRGVZ3HMQF50GRAK')).toThrow(TypeError);
  });

  test('their events and outcomes', () => {
    expect(eventOf(match)).toEqual({ id: 3, event: 'match.succeeded', data: match });
    const { queue_ms: _, total_ms: __, preprocess_ms: ___, ...inference } = succeeded.timings!;
    for (const result of [{ answers: answer.answers }, { matches: match.matches }]) {
      expect(workOutcome.parse({ state: 'succeeded', ...result, inference })).toMatchSnapshot();
    }
  });
});

test('a page of captions, an event and a batch', () => {
  expect(captionPage.parse({ object: 'list', data: [queued], next_cursor: 'MTcz' }).data).toEqual([queued]);
  expect(captionEvent.parse(eventOf(processing))).toEqual({
    id: 2,
    event: 'caption.processing',
    data: processing,
  });
  expect(captionEvent.safeParse({ ...eventOf(processing), event: 'caption.done' }).success).toBe(false);
  expect(JSON.stringify(batchResource.parse(batch), null, 1)).toMatchSnapshot();
});

test('metadata is a bounded map of strings', () => {
  const entries = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']));
  expect(workMetadata.safeParse(entries(16)).success).toBe(true);
  for (const wrong of [
    entries(17),
    { k: 'v'.repeat(513) },
    { ['k'.repeat(65)]: 'v' },
    { k: 1 },
    { '': 'v' },
    [],
    'v',
  ]) {
    expect(workMetadata.safeParse(wrong).success).toBe(false);
  }
});

describe('between gateway and worker', () => {
  test('job, outcomes and manifest', () => {
    expect(workJob.parse({ id: queued.id })).toMatchSnapshot();
    const { queue_ms: _, total_ms: __, preprocess_ms: ___, ...inference } = succeeded.timings!;
    expect(workOutcome.parse({ state: 'succeeded', caption: succeeded.caption, inference })).toMatchSnapshot();
    expect(workOutcome.parse(failedWith(new BlipqError('inference_error', 'It threw.')))).toMatchSnapshot();
    for (const state of ['canceled', 'expired']) expect(workOutcome.parse({ state })).toEqual({ state });
    expect(
      modelManifest.parse({
        model: 'demo',
        revision: '009f308ad49e',
        task: 'captioning',
        image_size: 128,
        positions_max: 64,
        precision: 'fp32',
        device: 'cpu',
        generation_config: { max_new_tokens: 20, early_stopping: 'never' },
        text_config: {},
        tokenizer_sha256: 'cd'.repeat(32),
        registered_at: '2026-11-23T13:00:00.000Z',
      }),
    ).toMatchSnapshot();
  });
});

describe('problems', () => {
  test('the table', () => {
    expect(problems).toMatchSnapshot();
  });

  test('a document carries the code, the request and the fields, but not the cause', () => {
    const error = new BlipqError('invalid_params', 'prompt is too long', {
      cause: new Error('secret'),
      errors: [{ field: 'prompt', message: 'is too long' }],
    });
    expect(problemDetails.parse(problemOf(error, '/v1/captions', 'req-1'))).toMatchSnapshot();
    expect(error).toMatchObject({ status: 422, retryable: false });
  });
});

describe('ids and states', () => {
  test('a new id is valid and later ones sort after earlier ones of another millisecond', () => {
    const id = newCaptionId();
    expect(captionId.parse(id)).toBe(id);
    expect(id > 'cap_01M00000000000000000000000').toBe(true);
  });

  test('ids of batches and names of tenants', () => {
    const id = newBatchId();
    expect(batchId.parse(id)).toBe(id);
    expect(batchId.safeParse(newCaptionId()).success).toBe(false);
    for (const name of ['public', 'team-7.prod']) expect(tenantName.safeParse(name).success).toBe(true);
    for (const name of ['', 'a:b', '{a}', 'a b', 'a'.repeat(65), '-a']) {
      expect(tenantName.safeParse(name).success).toBe(false);
    }
  });

  test.each([
    '',
    'cap_',
    'cap_01m84a47tqwrgvz3hmqf50graj',
    'cap_81M84A47TQWRGVZ3HMQF50GRAJ',
    'cap_01M84A47TQWRGVZ3HMQF50GRAJ\n',
    'bat_01M84A47TQWRGVZ3HMQF50GRAJ',
  ])('%j is not an id', (text) => expect(captionId.safeParse(text).success).toBe(false));

  test('only four states are final', () => {
    const final = captionResource.shape.state.options.filter(isTerminal);
    expect(final).toEqual(['succeeded', 'failed', 'canceled', 'expired']);
  });
});
