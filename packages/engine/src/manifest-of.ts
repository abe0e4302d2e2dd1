import type { ModelFacts } from '@blipq/blip';
import type { ModelManifest } from '@blipq/contracts';

/** What a worker tells of its model, as far as the engine knows it. */
export function manifestOf(facts: ModelFacts): Omit<ModelManifest, 'tokenizer_sha256' | 'registered_at'> {
  return {
    model: facts.model,
    revision: facts.revision,
    task: facts.task,
    image_size: facts.imageSize,
    positions_max: facts.positionsMax,
    precision: facts.precision,
    ...(facts.precisionReason !== undefined && { precision_reason: facts.precisionReason }),
    device: facts.device,
    generation_config: facts.generationConfig,
    text_config: facts.textConfig,
    ...facts.card,
  };
}
