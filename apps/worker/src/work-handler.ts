import { BlipqError, type CaptionParams, type CaptionResult, type Task } from '@blipq/contracts';
import type { Engine, EngineBatch } from '@blipq/engine';
import type { Made, Work, WorkHandler } from '@blipq/queue';
import { pastSpan } from '@blipq/service';

type WorkEngine = Pick<Engine, 'caption' | 'answer' | 'match' | 'facts'>;

/** Does a job on the engine: its caption, its answers or its matches. */
export function workHandler(engine: WorkEngine): WorkHandler {
  return async (work, signal) => {
    const { imageSize, device, revision } = engine.facts;
    // Happens when a model is replaced by one of another size while captions wait.
    if (work.pixels.length !== imageSize * imageSize * 3) {
      throw new BlipqError('inference_error', 'The image was prepared for another model. Submit it again.');
    }
    const { batch, ...result } = await ask(engine, work, signal);
    const { encodeMs, decodeMs, batchSize } = batch;
    engineSpans(batch);
    const inference = { encode_ms: encodeMs, decode_ms: decodeMs, batch_size: batchSize, device };
    return { ...result, inference, revision } as Made<Task>;
  };
}

/** The batch that has just ended, as it was measured inside the engine, which exports nothing by itself. */
function engineSpans({ encodeMs, decodeMs, batchSize }: EngineBatch): void {
  const decodedMs = Date.now();
  const encodedMs = decodedMs - decodeMs;
  const attributes = { 'blipq.batch.size': batchSize };
  pastSpan('encode', encodedMs - encodeMs, encodedMs, attributes);
  pastSpan('decode', encodedMs, decodedMs, attributes);
}

/** What the engine makes of the work, in the words of the API, and the batch that it was made in. */
async function ask(engine: WorkEngine, work: Work, signal: AbortSignal): Promise<{ batch: EngineBatch }> {
  const { pixels } = work;
  if ('questions' in work) {
    const { questions } = work;
    const { answers, ...batch } = await engine.answer({ pixels, questions, params: paramsOf(work.params) }, signal);
    return { ...{ answers: answers.map((answer, i) => ({ question: questions[i]!, ...textOf(answer) })) }, batch };
  }
  if ('texts' in work) {
    const { texts } = work;
    const { matches, ...batch } = await engine.match({ pixels, texts }, signal);
    const scored = matches.map(({ probability, similarity }, i) => ({ text: texts[i]!, probability, similarity }));
    return { ...{ matches: scored }, batch };
  }
  const made = await engine.caption({ pixels, prompt: work.prompt, params: paramsOf(work.params) }, signal);
  return { ...{ caption: textOf(made) }, batch: made };
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
