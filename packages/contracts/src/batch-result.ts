import { z } from 'zod';
import { itemError, workId } from './batch.js';
import { resourceSchemas } from './work.js';
import { terminalStates } from './work-state.js';

const { captioning, question_answering, image_text_retrieval } = resourceSchemas;

/** One line of `GET /v1/batches/{id}/results`: an item that was refused or has ended. */
export const batchResult = z.object({
  /** Give the one of the last line that was read as `cursor` to get those that follow. */
  cursor: z.string(),
  index: z.int().nonnegative(),
  key: z.string().nullable(),
  id: workId.nullable(),
  /** How it ended. `refused`: it was never taken. `deleted`: it was deleted, or its retention time has passed. */
  status: z.enum([...terminalStates, 'refused', 'deleted']),
  error: itemError.nullable(),
  /** The caption, answer or match; null for one that was refused or deleted. */
  data: z.union([captioning, question_answering, image_text_retrieval]).nullable(),
});
export type BatchResult = z.infer<typeof batchResult>;
