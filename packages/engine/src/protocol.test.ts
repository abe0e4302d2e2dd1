import type { CaptionRow, ModelFacts } from '@blipq/blip';
import { describe, expect, it } from 'vitest';
import { row } from './pixel-marks.fixture.js';
import { type EngineReply, type EngineRequest, engineReply, engineRequest } from './protocol.js';

const everyParam: CaptionRow['params'] = {
  maxNewTokens: 20,
  minNewTokens: 5,
  numBeams: 3,
  lengthPenalty: -0.5,
  earlyStopping: 'never',
  repetitionPenalty: 1.5,
  noRepeatNgramSize: 2,
  sampling: { temperature: 0.7, topK: 50, topP: 0.9, seed: 7 },
  numReturnSequences: 2,
  badWords: ['arafed'],
  minWords: 3,
  maxChars: 100,
  suppressPrompt: true,
  format: 'alt',
};

const { pixels } = row(6);
const dog = {
  text: 'a dog',
  confidence: 0.6875,
  alt: 'A dog.',
  tokenIds: [4, 9, 3],
  tokenLogprobs: [-0.25, -0.5],
  tokenPieces: ['dog', '[SEP]'],
  score: -0.375,
};

/** One of each, so that a change of the wire shows up as a change of this file. */
const requests: EngineRequest[] = [
  {
    type: 'start',
    checkpoint: '/models/blip',
    cacheDir: '/cache',
    cacheDays: 30,
    name: 'blip',
    threads: 2,
    precision: 'auto',
    device: 'cpu',
    heartbeatMs: 1000,
  },
  {
    type: 'batch',
    id: 7,
    rows: [
      { task: 'captioning', ...row(5, 'plain', 'a photo of') },
      { task: 'question_answering', pixels, questions: ['what is it?'], params: everyParam },
      { task: 'image_text_retrieval', pixels, texts: ['a dog', 'a cat'] },
    ],
  },
  { type: 'stop' },
];

/** Handed on unread; all of their fields are @blipq/blip's business. */
const facts = { model: 'blip', revision: '0123456789ab', imageSize: 384, tokenizerJson: '{}' } as ModelFacts;

const replies: EngineReply[] = [
  { type: 'progress', phase: 'encoder', bytesDone: 4096 },
  { type: 'note', level: 'warn', message: 'the model runs in fp32' },
  { type: 'ready', facts },
  { type: 'refused', code: 'checkpoint_missing', message: 'config.json does not exist' },
  { type: 'heartbeat' },
  {
    type: 'batch-result',
    id: 7,
    output: {
      outputs: [{ ...dog, others: [dog] }, [dog], [{ logits: [-1, 2], probability: 0.75, similarity: 0.5 }]],
      encodeMs: 12.5,
      decodeMs: 8,
    },
  },
  { type: 'batch-error', id: 7, status: 'threw', message: 'bad shape' },
];

const asJson = (message: object) =>
  JSON.stringify(message, (_key, value) => (value instanceof Uint8Array ? `bytes ${[...value]}` : value));

describe('the wire', () => {
  it('carries these requests', () => {
    expect(requests.map((request) => asJson(engineRequest.parse(request))).join('\n')).toMatchInlineSnapshot(`
      "{"type":"start","checkpoint":"/models/blip","cacheDir":"/cache","cacheDays":30,"name":"blip","threads":2,"precision":"auto","device":"cpu","heartbeatMs":1000}
      {"type":"batch","id":7,"rows":[{"task":"captioning","pixels":"bytes 0,5,0","prompt":"a photo of","params":{"maxNewTokens":20,"minNewTokens":0}},{"task":"question_answering","pixels":"bytes 0,6,0","questions":["what is it?"],"params":{"maxNewTokens":20,"minNewTokens":5,"numBeams":3,"lengthPenalty":-0.5,"earlyStopping":"never","repetitionPenalty":1.5,"noRepeatNgramSize":2,"sampling":{"temperature":0.7,"topK":50,"topP":0.9,"seed":7},"numReturnSequences":2,"badWords":["arafed"],"minWords":3,"maxChars":100,"suppressPrompt":true,"format":"alt"}},{"task":"image_text_retrieval","pixels":"bytes 0,6,0","texts":["a dog","a cat"]}]}
      {"type":"stop"}"
    `);
  });

  it('carries these replies', () => {
    expect(replies.map((reply) => asJson(engineReply.parse(reply))).join('\n')).toMatchInlineSnapshot(`
      "{"type":"progress","phase":"encoder","bytesDone":4096}
      {"type":"note","level":"warn","message":"the model runs in fp32"}
      {"type":"ready","facts":{"model":"blip","revision":"0123456789ab","imageSize":384,"tokenizerJson":"{}"}}
      {"type":"refused","code":"checkpoint_missing","message":"config.json does not exist"}
      {"type":"heartbeat"}
      {"type":"batch-result","id":7,"output":{"outputs":[{"text":"a dog","confidence":0.6875,"alt":"A dog.","tokenIds":[4,9,3],"tokenLogprobs":[-0.25,-0.5],"tokenPieces":["dog","[SEP]"],"score":-0.375,"others":[{"text":"a dog","confidence":0.6875,"alt":"A dog.","tokenIds":[4,9,3],"tokenLogprobs":[-0.25,-0.5],"tokenPieces":["dog","[SEP]"],"score":-0.375}]},[{"text":"a dog","confidence":0.6875,"alt":"A dog.","tokenIds":[4,9,3],"tokenLogprobs":[-0.25,-0.5],"tokenPieces":["dog","[SEP]"],"score":-0.375}],[{"logits":[-1,2],"probability":0.75,"similarity":0.5}]],"encodeMs":12.5,"decodeMs":8}}
      {"type":"batch-error","id":7,"status":"threw","message":"bad shape"}"
    `);
  });

  it('has a sample of every variant here', () => {
    const types = (samples: { type: string }[]) => samples.map(({ type }) => type);
    expect(types(requests)).toEqual(engineRequest.options.map(({ shape }) => shape.type.value));
    expect(types(replies)).toEqual(engineReply.options.map(({ shape }) => shape.type.value));
  });

  it.each([
    ['no message', undefined],
    ['an unknown type', { type: 'quit' }],
    [
      'pixels that are not bytes',
      { type: 'batch', id: 1, rows: [{ task: 'captioning', ...row(1), pixels: [0, 1, 0] }] },
    ],
    [
      'a parameter that this build does not know',
      { type: 'batch', id: 1, rows: [{ task: 'captioning', ...row(1), beams: 3 }] },
    ],
    ['a row without a task', { type: 'batch', id: 1, rows: [row(1)] }],
    [
      'no question',
      { type: 'batch', id: 1, rows: [{ task: 'question_answering', pixels, questions: [], params: everyParam }] },
    ],
    ['an empty batch', { type: 'batch', id: 1, rows: [] }],
  ])('refuses %s', (_name, message) => {
    expect(engineRequest.safeParse(message).success).toBe(false);
  });

  it('refuses a score that is not a number', () => {
    const caption = { text: '', confidence: 0, tokenIds: [], tokenLogprobs: [], score: Number.NaN };
    const output = { outputs: [caption], encodeMs: 0, decodeMs: 0 };
    expect(engineReply.safeParse({ type: 'batch-result', id: 1, output }).success).toBe(false);
  });
});
