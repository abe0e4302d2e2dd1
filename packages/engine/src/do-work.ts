import type { AnswerResult, CaptionParams, CaptionResult, MatchResult, WorkInput } from '@blipq/contracts';
import type { Engine, EngineBatch } from './engine.js';

export type WorkEngine = Pick<Engine, 'caption' | 'answer' | 'match' | 'facts'>;

/** What the engine made, in the words of the API's resources, and the batch that it was made in. */
export interface WorkDone {
  caption?: CaptionResult;
  answers?: AnswerResult[];
  matches?: MatchResult[];
  batch: EngineBatch;
}

/** Has the engine caption, answer or match an image. Rejects as the engine does. */
export async function doWork(
  engine: WorkEngine,
  work: WorkInput & { pixels: Uint8Array },
  signal?: AbortSignal,
): Promise<WorkDone> {
  const { pixels } = work;
  if ('questions' in work) {
    const { questions } = work;
    const { answers, ...batch } = await engine.answer({ pixels, questions, params: paramsOf(work.params) }, signal);
    return { answers: answers.map((answer, i) => ({ question: questions[i]!, ...textOf(answer) })), batch };
  }
  if ('texts' in work) {
    const { texts } = work;
    const { matches, ...batch } = await engine.match({ pixels, texts }, signal);
    const scored = matches.map(({ probability, similarity }, i) => ({ text: texts[i]!, probability, similarity }));
    return { matches: scored, batch };
  }
  const made = await engine.caption({ pixels, prompt: work.prompt, params: paramsOf(work.params) }, signal);
  return { caption: textOf(made), batch: made };
}

function paramsOf(params: CaptionParams): Parameters<Engine['caption']>[0]['params'] {
  return {
    maxNewTokens: params.max_new_tokens,
    minNewTokens: params.min_new_tokens,
    numBeams: params.num_beams,
    lengthPenalty: params.length_penalty,
    earlyStopping: params.early_stopping,
    repetitionPenalty: params.repetition_penalty,
    noRepeatNgramSize: params.no_repeat_ngram_size,
  };
}

type Generated = Awaited<ReturnType<Engine['answer']>>['answers'][number];

/** `tokenIds` begins with bos and the prompt, which have no log-probability. */
function textOf({ text, score, tokenIds, tokenLogprobs }: Generated): CaptionResult {
  const first = tokenIds.length - tokenLogprobs.length;
  return { text, score, tokens: tokenLogprobs.map((logprob, i) => ({ id: tokenIds[first + i]!, logprob })) };
}
