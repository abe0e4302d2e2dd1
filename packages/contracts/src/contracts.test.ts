import { describe, expect, test } from 'vitest';
import {
  BlipqError,
  type CaptionResource,
  captionId,
  captionJob,
  captionOutcome,
  captionResource,
  failedWith,
  isTerminal,
  modelManifest,
  newCaptionId,
  problemDetails,
  problemOf,
  problems,
} from './index.js';

// Every variant that goes over a wire, as it looks there. A change of these snapshots is a change of the protocol.

const queued: CaptionResource = {
  id: 'cap_01M84A47TQWRGVZ3HMQF50GRAJ',
  object: 'caption',
  state: 'queued',
  attempt: 0,
  model: 'demo',
  revision: '009f308ad49e',
  prompt: 'a picture of',
  params: { max_new_tokens: 20, min_new_tokens: 0 },
  image: { width: 640, height: 480, format: 'jpeg', sha256: 'ab'.repeat(32), bytes: 81_234 },
  caption: null,
  error: null,
  timings: null,
  created_at: '2026-11-23T13:00:00.000Z',
  started_at: null,
  finished_at: null,
  expires_at: '2026-11-25T13:00:00.000Z',
  links: { self: '/v1/captions/cap_01M84A47TQWRGVZ3HMQF50GRAJ' },
};
const processing: CaptionResource = {
  ...queued,
  state: 'processing',
  attempt: 1,
  started_at: '2026-11-23T13:00:01.000Z',
};
const ended = { ...processing, finished_at: '2026-11-23T13:00:02.000Z', expires_at: '2026-11-24T13:00:02.000Z' };
const succeeded: CaptionResource = {
  ...ended,
  state: 'succeeded',
  caption: { text: 'a cat', score: -0.25, tokens: [{ id: 7, logprob: -0.125 }] },
  timings: { queue_ms: 1000, encode_ms: 12.5, decode_ms: 30.25, batch_size: 4, device: 'cpu', total_ms: 2000 },
};
const failed: CaptionResource = {
  ...ended,
  state: 'failed',
  error: { code: 'worker_lost', detail: 'The caption was given up.', retryable: false },
};

describe('the caption resource', () => {
  test.each([
    ['queued', queued],
    ['processing', processing],
    ['succeeded', succeeded],
    ['failed', failed],
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

describe('between gateway and worker', () => {
  test('job, outcomes and manifest', () => {
    expect(captionJob.parse({ id: queued.id })).toMatchSnapshot();
    const { queue_ms: _, total_ms: __, ...inference } = succeeded.timings!;
    expect(captionOutcome.parse({ state: 'succeeded', caption: succeeded.caption, inference })).toMatchSnapshot();
    expect(captionOutcome.parse(failedWith(new BlipqError('inference_error', 'It threw.')))).toMatchSnapshot();
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

  test.each([
    '',
    'cap_',
    'cap_01m84a47tqwrgvz3hmqf50graj',
    'cap_81M84A47TQWRGVZ3HMQF50GRAJ',
    'cap_01M84A47TQWRGVZ3HMQF50GRAJ\n',
    'bat_01M84A47TQWRGVZ3HMQF50GRAJ',
  ])('%j is not an id', (text) => expect(captionId.safeParse(text).success).toBe(false));

  test('only four states are final', () => {
    expect(captionResource.shape.state.options.filter(isTerminal)).toEqual([
      'succeeded',
      'failed',
      'canceled',
      'expired',
    ]);
  });
});
