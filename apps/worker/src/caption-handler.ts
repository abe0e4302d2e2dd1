import { BlipqError } from '@blipq/contracts';
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
    const row = {
      pixels,
      prompt,
      params: { maxNewTokens: params.max_new_tokens, minNewTokens: params.min_new_tokens },
    };
    const made = await engine.caption(row, signal);
    return {
      caption: { text: made.text, score: made.score, tokens: generatedTokens(made) },
      inference: { encode_ms: made.encodeMs, decode_ms: made.decodeMs, batch_size: made.batchSize, device },
      revision,
    };
  };
}

/** `tokenIds` begins with bos and the prompt, which have no log-probability. */
function generatedTokens({ tokenIds, tokenLogprobs }: EngineCaption): CaptionMade['caption']['tokens'] {
  const first = tokenIds.length - tokenLogprobs.length;
  return tokenLogprobs.map((logprob, i) => ({ id: tokenIds[first + i]!, logprob }));
}
