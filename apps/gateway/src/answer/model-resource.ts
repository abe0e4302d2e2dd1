import { type ModelManifest, modelManifest } from '@blipq/contracts';
import { z } from 'zod';

/** A model in the answers of `GET /v1/models`: its manifest without the parts that only gateways need. */
export const modelResource = z.object({
  id: modelManifest.shape.model,
  object: z.literal('model'),
  /** When it was registered, in seconds since 1970, and the owner in its name: what OpenAI's clients read. */
  created: z.int(),
  owned_by: z.string(),
  revision: modelManifest.shape.revision,
  task: modelManifest.shape.task,
  image_size: modelManifest.shape.image_size,
  positions_max: modelManifest.shape.positions_max,
  precision: modelManifest.shape.precision,
  /** Why the worker that registered last took it; null where it was told to. */
  precision_reason: z.string().nullable(),
  device: modelManifest.shape.device,
  generation_config: modelManifest.shape.generation_config,
  /** What the model's card says that it knows and does not know, and below which confidence it is unsure. */
  model_note: z.string().nullable(),
  min_confidence: z.number().nullable(),
  registered_at: modelManifest.shape.registered_at,
  /** When a worker last said that it serves the model; null for workers that do not say. */
  last_seen_at: z.iso.datetime().nullable(),
  /** No worker has served it for `BLIPQ_MODEL_ABSENT_S`: it takes no new work. */
  retired: z.boolean(),
  links: z.object({ self: z.string() }),
});
export type ModelResource = z.infer<typeof modelResource>;

export const modelPage = z.object({ object: z.literal('list'), data: z.array(modelResource) });
export type ModelPage = z.infer<typeof modelPage>;

/** A model as it is registered, when it was last seen and whether it is retired. */
export interface ModelState {
  manifest: ModelManifest;
  lastSeenAt: Date | undefined;
  isRetired: boolean;
}

export function modelResourceOf({ manifest, lastSeenAt, isRetired }: ModelState): ModelResource {
  const { model, text_config: _, tokenizer_sha256: __, ...more } = manifest;
  const { note = null, min_confidence = null, precision_reason = null, ...rest } = more;
  const last_seen_at = lastSeenAt?.toISOString() ?? null;
  const links = { self: `/v1/models/${encodeURIComponent(model)}` };
  const created = Math.floor(Date.parse(manifest.registered_at) / 1000);
  const owned_by = model.includes('/') ? model.split('/')[0] : 'blipq';
  return modelResource.parse({
    id: model,
    object: 'model',
    created,
    owned_by,
    ...rest,
    precision_reason,
    model_note: note,
    min_confidence,
    last_seen_at,
    retired: isRetired,
    links,
  });
}
