import { BlipqError, type CaptionParams } from '@blipq/contracts';
import type { Engine, EngineCaption } from '@blipq/engine';
import type { CaptionHandler, CaptionMade } from '@blipq/queue';

/** Captions a job's image on the engine. */
export function captionHandler(engine: Pick<Engine, 'caption' | 'facts'>): CaptionHandler {
  return async ({ pixels, prompt, params }, signal) => {
    const { imageSize, device, revision } = engine.facts;
    // Happens when a model is replaced by one of another size while captions wait.
    if (pixels.length !== imageSize * imageSize * 3) {
      throw new BlipqError('inference_error', 'The image was prepared for another model. Submit it again.');
    }
    const made = await engine.caption({ pixels, prompt, params: generationParams(params) }, signal);
    return {
      caption: { text: made.text, score: made.score, tokens: generatedTokens(made) },
      inference: { encode_ms: made.encodeMs, decode_ms: made.decodeMs, batch_size: made.batchSize, device },
      revision,
    };
  };
}

function generationParams(params: CaptionParams): Parameters<Engine['caption']>[0]['params'] {
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

/** `tokenIds` begins with bos and the prompt, which have no log-probability. */
function generatedTokens({ tokenIds, tokenLogprobs }: EngineCaption): CaptionMade['caption']['tokens'] {
  const first = tokenIds.length - tokenLogprobs.length;
  return tokenLogprobs.map((logprob, i) => ({ id: tokenIds[first + i]!, logprob }));
}
