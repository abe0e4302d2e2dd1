/** The tensor by whose name a checkpoint of the original code is known, whatever its prefix. */
const LANDMARK = 'visual_encoder.patch_embed.proj.weight';

/** The vision model's names, as transformers' convert_blip_original_pytorch_to_hf.py renames them; the text models' are the same. */
const renamings: readonly (readonly [RegExp, string])[] = [
  [/^visual_encoder\.cls_token$/, 'vision_model.embeddings.class_embedding'],
  [/^visual_encoder\.pos_embed$/, 'vision_model.embeddings.position_embedding'],
  [/^visual_encoder\.patch_embed\.proj\./, 'vision_model.embeddings.patch_embedding.'],
  [/^visual_encoder\.norm\./, 'vision_model.post_layernorm.'],
  [/^visual_encoder\.blocks\.(\d+)\.norm([12])\./, 'vision_model.encoder.layers.$1.layer_norm$2.'],
  [/^visual_encoder\.blocks\.(\d+)\.attn\.proj\./, 'vision_model.encoder.layers.$1.self_attn.projection.'],
  [/^visual_encoder\.blocks\.(\d+)\.attn\.qkv\./, 'vision_model.encoder.layers.$1.self_attn.qkv.'],
  [/^visual_encoder\.blocks\.(\d+)\.mlp\./, 'vision_model.encoder.layers.$1.mlp.'],
];

/** A name of salesforce/BLIP or LAVIS → that of transformers. */
export function renamedOriginal(name: string): string {
  for (const [pattern, replacement] of renamings) {
    if (pattern.test(name)) return name.replace(pattern, replacement);
  }
  return name;
}

/**
 * What stands before every name of a checkpoint of salesforce/BLIP or LAVIS, such as `module.`; mostly nothing.
 * undefined where the names are not the original code's.
 */
export function originalPrefix(names: readonly string[]): string | undefined {
  const landmark = names.find((name) => name === LANDMARK || name.endsWith(`.${LANDMARK}`));
  if (landmark === undefined) return undefined;
  const prefix = landmark.slice(0, -LANDMARK.length);
  return names.every((name) => name.startsWith(prefix)) ? prefix : undefined;
}
