import {
  AnswerModel,
  type BlipModel,
  type CaptionRow,
  MatchModel,
  type MatchRow,
  OutOfMemoryError,
  type QuestionRow,
} from '@blipq/blip';
import { BlipqError } from '@blipq/contracts';
import type { EngineBatchOutput, EngineRow } from './engine-row.js';
import type { ServedModel } from './serve-engine.js';

/**
 * A model of any task as the engine process runs it. A batch for another task throws.
 *
 * @param precisionReason why it runs in its precision, where that was not asked for by name
 */
export function servedModel(model: BlipModel, precisionReason?: string): ServedModel {
  const facts = { ...model.facts, ...(precisionReason !== undefined && { precisionReason }) };
  return {
    facts,
    run: async (rows) => {
      const stranger = rows.find(({ task }) => task !== facts.task);
      if (stranger !== undefined) throw new Error(`${facts.model} does ${facts.task}, not ${stranger.task}`);
      return await runAll(model, rows).catch((error: unknown) => {
        if (!isOutOfMemory(error)) throw error;
        throw new BlipqError('out_of_memory', error.message, { cause: error });
      });
    },
  };
}

/** `Array buffer allocation failed` is what V8 says where it does not end the process. */
function isOutOfMemory(error: unknown): error is Error {
  return error instanceof OutOfMemoryError || (error instanceof RangeError && /allocation failed/.test(error.message));
}

async function runAll(model: BlipModel, rows: EngineRow[]): Promise<EngineBatchOutput> {
  if (model instanceof AnswerModel) {
    const { answers: outputs, ...times } = await model.answer(rows as QuestionRow[]);
    return { outputs, ...times };
  }
  if (model instanceof MatchModel) {
    const { matches: outputs, ...times } = await model.match(rows as MatchRow[]);
    return { outputs, ...times };
  }
  const { captions: outputs, ...times } = await model.caption(rows as CaptionRow[]);
  return { outputs, ...times };
}
