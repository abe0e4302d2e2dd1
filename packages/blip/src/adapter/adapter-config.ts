import { join } from 'node:path';
import { z } from 'zod';
import { parseConfig, readJson } from '../checkpoint/json-file.js';
import { ModelError } from '../model-error.js';

export const ADAPTER_CONFIG = 'adapter_config.json';

const names = z.array(z.string().max(200)).max(1000);
const numbersByPattern = z.record(z.string().max(200), z.number().positive());
const indices = z.array(z.int().nonnegative()).max(100_000);

/** What LoraConfig of peft has an effect on when an adapter is merged; all else is about training or refused. */
const schema = z.looseObject({
  peft_type: z.string(),
  base_model_name_or_path: z.string().optional(),
  revision: z.string().optional(),
  r: z.int().positive().max(65_536).default(8),
  lora_alpha: z.number().default(8),
  use_rslora: z.boolean().default(false),
  rank_pattern: numbersByPattern.default({}),
  alpha_pattern: numbersByPattern.default({}),
  target_modules: z.union([names, z.string()]).optional(),
  layers_to_transform: z.unknown().optional(),
  exclude_modules: z.unknown().optional(),
  modules_to_save: names.default([]),
  trainable_token_indices: z.union([indices, z.record(z.string(), indices)]).optional(),
  init_lora_weights: z.union([z.boolean(), z.string()]).default(true),
});

export type AdapterConfig = Readonly<z.infer<typeof schema>>;

/** Fields that change nothing once an adapter is trained. */
const harmless = new Set([
  ...['alora_invocation_tokens', 'auto_mapping', 'bias', 'corda_config', 'ensure_weight_tying', 'eva_config'],
  ...[
    'fan_in_fan_out',
    'inference_mode',
    'layers_pattern',
    'loftq_config',
    'lora_bias',
    'lora_dropout',
    'lora_ga_config',
  ],
  ...[
    'megatron_core',
    'peft_version',
    'qalora_group_size',
    'runtime_config',
    'task_type',
    'unsloth_fixed',
    'use_dora',
    'velora_config',
  ],
]);

/** Initialisations that leave the base as it is; others take away from it what they put into the adapter. */
const plainInitialisations = new Set(['gaussian', 'eva', 'orthogonal']);

/** The command that makes an ordinary checkpoint of an adapter. */
export function mergeCommand(base = 'BASE', adapter = 'ADAPTER'): string {
  return `python3 -c "from peft import PeftModel; from transformers import BlipForConditionalGeneration as B; PeftModel.from_pretrained(B.from_pretrained('${base}'), '${adapter}').merge_and_unload().save_pretrained('MERGED')"`;
}

/**
 * adapter_config.json of a folder; undefined where it has none.
 *
 * @throws ModelError where it is no LoRA adapter, or one of a kind that is not merged here
 */
export async function readAdapterConfig(folder: string): Promise<AdapterConfig | undefined> {
  const path = join(folder, ADAPTER_CONFIG);
  const json = await readJson(path);
  if (json === undefined) return undefined;
  const config = parseConfig(path, schema, json);
  const refusal = whyNotMerged(config);
  if (refusal === undefined) return config;
  const command = mergeCommand(config.base_model_name_or_path, folder);
  throw new ModelError('checkpoint_refused', `${path} ${refusal}; merge the adapter where peft is: ${command}`);
}

function whyNotMerged(config: AdapterConfig): string | undefined {
  const { peft_type: type, init_lora_weights: initialisation } = config;
  if (type !== 'LORA') return `is a PEFT adapter of the type ${type}; BlipQ merges LoRA adapters`;
  if (typeof initialisation === 'string' && !plainInitialisations.has(initialisation)) {
    return `says init_lora_weights ${JSON.stringify(initialisation)}, which changed the base model as well`;
  }
  if (isSet(config.alora_invocation_tokens))
    return 'is an activated LoRA (alora_invocation_tokens), which has no merged form';
  const unknown = Object.keys(config).find(
    (name) => !(name in schema.shape) && !harmless.has(name) && isSet(config[name]),
  );
  return unknown && `sets ${unknown}, which BlipQ does not merge`;
}

function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);
}
