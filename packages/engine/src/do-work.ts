import type { AnswerResult, CaptionParams, CaptionResult, InputOf, MatchResult, Task } from '@blipq/contracts';
import type { Engine, EngineBatch } from './engine.js';

export type WorkEngine = Pick<Engine, 'caption' | 'answer' | 'match' | 'facts'>;

/** What the engine made, in the words of the API's resources, and the batch that it was made in. */
export type WorkDone<T extends Task = Task> = EngineResults[T] & { batch: EngineBatch };

interface EngineResults {
  /** `captions`: all of them, where several were asked for. */
  captioning: { caption: CaptionResult; captions?: CaptionResult[] };
  question_answering: { answers: AnswerResult[] };
  image_text_retrieval: { matches: MatchResult[] };
}

/** What is asked about an image, its u8 [S, S, 3], and whether it is one of many that were submitted at once. */
type ImageWork<T extends Task = Task> = InputOf[T] & { pixels: Uint8Array; inBatch?: boolean };

/** Has the engine caption, answer or match an image. Rejects as the engine does. */
export function doWork(
  engine: WorkEngine,
  work: ImageWork<'captioning'>,
  signal?: AbortSignal,
): Promise<WorkDone<'captioning'>>;
export function doWork(engine: WorkEngine, work: ImageWork, signal?: AbortSignal): Promise<WorkDone>;
export async function doWork(engine: WorkEngine, work: ImageWork, signal?: AbortSignal): Promise<WorkDone> {
  const { pixels, inBatch } = work;
  if ('questions' in work) {
    const { questions } = work;
    const { answers, ...batch } = await engine.answer(
      { pixels, questions, params: paramsOf(work.params) },
      signal,
      inBatch,
    );
    return {
      answers: answers.map((answer, i) => ({ question: questions[i]!, ...textOf(answer, work.params) })),
      batch,
    };
  }
  if ('texts' in work) {
    const { texts } = work;
    const { matches, ...batch } = await engine.match({ pixels, texts }, signal, inBatch);
    const scored = matches.map(({ probability, similarity }, i) => ({ text: texts[i]!, probability, similarity }));
    return { matches: scored, batch };
  }
  const { prompt, params } = work;
  const { others = [], ...made } = await engine.caption({ pixels, prompt, params: paramsOf(params) }, signal, inBatch);
  const captions = [made, ...others].map((caption) => textOf(caption, params));
  return { caption: captions[0]!, ...(params.num_return_sequences && { captions }), batch: made };
}

function paramsOf(params: CaptionParams): GenerationParams {
  return {
    maxNewTokens: params.max_new_tokens,
    minNewTokens: params.min_new_tokens,
    numBeams: params.num_beams,
    lengthPenalty: params.length_penalty,
    earlyStopping: params.early_stopping,
    repetitionPenalty: params.repetition_penalty,
    noRepeatNgramSize: params.no_repeat_ngram_size,
    sampling: samplingOf(params),
    numReturnSequences: params.num_return_sequences,
    badWords: params.bad_words,
    minWords: params.min_words,
    maxChars: params.max_chars,
    suppressPrompt: params.suppress_prompt,
    format: params.format === 'alt' ? params.format : undefined,
  };
}

/** Resolved parameters have all of these where they sample. */
function samplingOf({ do_sample, temperature, top_k, top_p, seed }: CaptionParams): GenerationParams['sampling'] {
  if (!do_sample) return undefined;
  return { temperature: temperature!, topK: top_k!, topP: top_p!, seed: seed! };
}

type GenerationParams = Parameters<Engine['caption']>[0]['params'];
type Generated = Awaited<ReturnType<Engine['answer']>>['answers'][number];

/** `tokenIds` begins with bos and the prompt, which have no log-probability. */
function textOf(
  { text, alt, score, confidence, tokenIds, tokenLogprobs, tokenPieces }: Generated,
  { min_confidence = 0 }: CaptionParams,
): CaptionResult {
  const first = tokenIds.length - tokenLogprobs.length;
  return {
    text,
    alt: alt ?? null,
    score,
    confidence,
    low_confidence: confidence < min_confidence,
    tokens: tokenLogprobs.map((logprob, i) => ({ id: tokenIds[first + i]!, logprob, text: tokenPieces?.[i] })),
  };
}
