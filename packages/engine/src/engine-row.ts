import type { CaptionOutput, CaptionRow, GeneratedText, MatchRow, QuestionRow, TextMatch } from '@blipq/blip';
import type { Task } from '@blipq/contracts';

/** What a model is asked about one image, by its task. */
export type EngineRow =
  | ({ task: 'captioning' } & CaptionRow)
  | ({ task: 'question_answering' } & QuestionRow)
  | ({ task: 'image_text_retrieval' } & MatchRow);

/** What a model makes of one image: its caption, the answers to its questions, the matches of its texts. */
export type EngineOutput = CaptionOutput | GeneratedText[] | TextMatch[];

/** One entry per row of the batch, in their order. */
export interface EngineBatchOutput {
  outputs: EngineOutput[];
  encodeMs: number;
  decodeMs: number;
}

/**
 * What the rows of one batch must agree on: the task, and how many sequences are generated side by side, beams or samples.
 * Sampling and greedy search of one sequence run together.
 */
export function batchKey(row: EngineRow): string {
  if (row.task === 'image_text_retrieval') return row.task;
  const { numBeams = 1, numReturnSequences = 1 } = row.params;
  const search = numBeams > 1 ? `${numBeams} beams` : `${numReturnSequences} samples`;
  return `${row.task satisfies Task} ${search}`;
}
