import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openSafetensors } from '../checkpoint/safetensors.js';
import type { StoredTensor, WeightsFile } from '../checkpoint/stored-tensor.js';
import { openTorchCheckpoint } from '../checkpoint/torch-checkpoint.js';
import { ModelError } from '../model-error.js';

/** The tensors of LoRA for one module; `a` and `b` are of an embedding where `isEmbedding`. */
export interface LoraTensors {
  a?: StoredTensor;
  b?: StoredTensor;
  /** lora_bias: added to the module's bias, scaled. */
  bias?: StoredTensor;
  /** DoRA's magnitudes. */
  magnitude?: StoredTensor;
  isEmbedding: boolean;
}

/** What an adapter's weights file holds, under the names of the base model. */
export interface AdapterTensors {
  readonly file: WeightsFile['file'];
  /** By module, such as `text_decoder.bert.encoder.layer.0.attention.self.query`. */
  readonly lora: ReadonlyMap<string, LoraTensors>;
  /** Tensors that replace the base's, by name: trained biases, modules_to_save, resized embeddings. */
  readonly whole: ReadonlyMap<string, StoredTensor>;
  /** Rows that replace those of an embedding, by module (trainable_token_indices). */
  readonly rows: ReadonlyMap<string, StoredTensor>;
}

const forms = [
  { name: 'adapter_model.safetensors', open: openSafetensors },
  { name: 'adapter_model.bin', open: openTorchCheckpoint },
];

/** Whether a folder holds an adapter's weights. */
export function hasAdapterWeights(folder: string): boolean {
  return forms.some(({ name }) => existsSync(join(folder, name)));
}

/** @throws ModelError where the folder has no weights of an adapter, or they are damaged or incomplete */
export async function openAdapterTensors(folder: string): Promise<AdapterTensors> {
  const form = forms.find(({ name }) => existsSync(join(folder, name)));
  if (form === undefined) {
    const wanted = forms.map(({ name }) => name).join(' or ');
    throw new ModelError('checkpoint_missing', `${resolve(folder)} has adapter_config.json and no ${wanted}`);
  }
  const { file, tensors } = await form.open(resolve(folder, form.name));
  try {
    return { file, ...sorted(tensors) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

const LORA = /^(.*)\.lora_(embedding_)?([AB])(?:\.default)?(?:\.(weight|bias))?$/;
const MAGNITUDE = /^(.*)\.lora_magnitude_vector(?:\.default)?(?:\.weight)?$/;
const ROWS = /^(.*)\.token_adapter\.trainable_tokens_delta(?:\.default)?$/;

function sorted(tensors: ReadonlyMap<string, StoredTensor>): Omit<AdapterTensors, 'file'> {
  const lora = new Map<string, LoraTensors>();
  const whole = new Map<string, StoredTensor>();
  const rows = new Map<string, StoredTensor>();
  const of = (module: string): LoraTensors => {
    const known = lora.get(module) ?? { isEmbedding: false };
    lora.set(module, known);
    return known;
  };
  for (const [stored, tensor] of tensors) {
    const name = baseName(stored);
    const [, module, embedding, side, kind] = LORA.exec(name) ?? [];
    const [, scaled] = MAGNITUDE.exec(name) ?? [];
    const [, embedded] = ROWS.exec(name) ?? [];
    if (module !== undefined) {
      const entry = of(module);
      if (embedding !== undefined) entry.isEmbedding = true;
      if (kind === 'bias') entry.bias = tensor;
      else entry[side === 'A' ? 'a' : 'b'] = tensor;
    } else if (scaled !== undefined) of(scaled).magnitude = tensor;
    else if (embedded !== undefined) rows.set(embedded, tensor);
    else if (!/\.(original_module|token_adapter)\./.test(name)) whole.set(name, tensor);
  }
  return { lora, whole, rows };
}

/** A name in a PeftModel → the base model's. */
function baseName(stored: string): string {
  return stored
    .replace(/^(_orig_mod\.|module\.)*(base_model\.model\.)?/, '')
    .replace(/\.modules_to_save(\.default)?\./, '.')
    .replace(/\.base_layer\./, '.');
}
