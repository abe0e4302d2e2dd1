import { type ModelFacts, precisions } from '@blipq/blip';
import { z } from 'zod';
import type { EngineBatchOutput, EngineRow } from './engine-row.js';

/**
 * Every message between the supervisor and its engine process. They travel over Node's IPC channel in its 'advanced'
 * serialization, so that pixels stay bytes. Both ends come from one build: a message that does not fit is a bug and
 * ends the engine process.
 */

const pixels = z.instanceof(Uint8Array);

const params = z.strictObject({
  maxNewTokens: z.int(),
  minNewTokens: z.int(),
  numBeams: z.int().optional(),
  lengthPenalty: z.number().optional(),
  earlyStopping: z.union([z.boolean(), z.literal('never')]).optional(),
  repetitionPenalty: z.number().optional(),
  noRepeatNgramSize: z.int().optional(),
  sampling: z.strictObject({ temperature: z.number(), topK: z.int(), topP: z.number(), seed: z.int() }).optional(),
  numReturnSequences: z.int().optional(),
  badWords: z.array(z.string()).optional(),
  minWords: z.int().optional(),
  maxChars: z.int().optional(),
  suppressPrompt: z.boolean().optional(),
  format: z.literal('alt').optional(),
});

const row: z.ZodType<EngineRow> = z.discriminatedUnion('task', [
  z.strictObject({ task: z.literal('captioning'), pixels, prompt: z.string().nullable(), params }),
  z.strictObject({ task: z.literal('question_answering'), pixels, questions: z.array(z.string()).min(1), params }),
  z.strictObject({ task: z.literal('image_text_retrieval'), pixels, texts: z.array(z.string()).min(1) }),
]);

const generated = z.object({
  text: z.string(),
  confidence: z.number(),
  alt: z.string().optional(),
  tokenIds: z.array(z.int()),
  tokenLogprobs: z.array(z.number()),
  tokenPieces: z.array(z.string()).optional(),
  score: z.number(),
});

const caption = generated.extend({ others: z.array(generated).optional() });

const match = z.object({
  logits: z.tuple([z.number(), z.number()]),
  probability: z.number(),
  similarity: z.number(),
});

const batchOutput: z.ZodType<EngineBatchOutput> = z.object({
  outputs: z.array(z.union([caption, z.array(generated), z.array(match)])),
  encodeMs: z.number(),
  decodeMs: z.number(),
});

/** The engine only hands these on; @blipq/blip owns their content, so no more is checked than that they are there. */
const modelFacts = z.custom<ModelFacts>(
  (value) =>
    z
      .looseObject({ model: z.string(), revision: z.string(), imageSize: z.int(), tokenizerJson: z.string() })
      .safeParse(value).success,
);

/** The first message: which model to make ready. `heartbeatMs` is the pause between heartbeats once it is. */
const start = z.strictObject({
  type: z.literal('start'),
  checkpoint: z.string(),
  adapter: z.string().optional(),
  cacheDir: z.string(),
  cacheDays: z.number(),
  name: z.string().optional(),
  threads: z.int().positive(),
  precision: z.enum([...precisions, 'auto']),
  device: z.enum(['cpu', 'cuda', 'auto']),
  heartbeatMs: z.number().positive(),
});

/** Rows to run as one batch. The next batch is sent only after this one's result or error. */
const batch = z.strictObject({ type: z.literal('batch'), id: z.int(), rows: z.array(row).min(1) });

/** The process is to leave; sent when no batch runs. */
const stop = z.strictObject({ type: z.literal('stop') });

/** Supervisor → engine process. */
export const engineRequest = z.discriminatedUnion('type', [start, batch, stop]);

/** Engine process → supervisor. */
export const engineReply = z.discriminatedUnion('type', [
  /** Building or loading moves on; any of these renews the supervisor's patience. */
  z.strictObject({ type: z.literal('progress'), phase: z.string(), bytesDone: z.number() }),
  /** What the operator should know of how the model is made ready. */
  z.strictObject({ type: z.literal('note'), level: z.enum(['info', 'warn']), message: z.string() }),
  z.strictObject({ type: z.literal('ready'), facts: modelFacts }),
  /** The model cannot be served and a restart would not help. The process is stopped after it. */
  z.strictObject({ type: z.literal('refused'), code: z.string(), message: z.string() }),
  /** The JS thread is free. None can be sent while a batch runs. */
  z.strictObject({ type: z.literal('heartbeat') }),
  z.strictObject({ type: z.literal('batch-result'), id: z.int(), output: batchOutput }),
  /** The batch threw, be it for want of memory; the process lives on. */
  z.strictObject({
    type: z.literal('batch-error'),
    id: z.int(),
    status: z.enum(['threw', 'out_of_memory']),
    message: z.string(),
  }),
]);

export type EngineRequest = z.infer<typeof engineRequest>;
export type EngineReply = z.infer<typeof engineReply>;
export type StartRequest = z.infer<typeof start>;
export type Progress = Omit<Extract<EngineReply, { type: 'progress' }>, 'type'>;
