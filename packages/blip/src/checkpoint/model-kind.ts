import { join } from 'node:path';
import { z } from 'zod';
import { ModelError } from '../model-error.js';
import { readJson } from './json-file.js';

const kind = z.object({
  model_type: z.string().optional(),
  architectures: z.array(z.string()).optional(),
  quantization_config: z.looseObject({}).optional(),
});

/**
 * Reads the config.json of a folder, which may have none, and refuses another kind of model by it: before its weights are
 * looked at.
 *
 * @throws ModelError saying what was found and what BlipQ takes
 */
export async function readConfigJson(folder: string): Promise<unknown> {
  const path = join(folder, 'config.json');
  const json = await readJson(path);
  // A file of another form is the full reading's to tell.
  const { model_type: type = 'blip', architectures = [], quantization_config } = kind.safeParse(json).data ?? {};
  if (type !== 'blip') {
    const of = architectures.length > 0 ? ` (${architectures.join(', ')})` : '';
    throw new ModelError(
      'config_invalid',
      `${path} has the model_type ${JSON.stringify(type)}${of}; BlipQ serves BLIP models (model_type "blip"), such as Salesforce/blip-image-captioning-large${aboutType(type)}`,
    );
  }
  const method = quantization_config && quantizationOf(quantization_config);
  if (method !== undefined) {
    throw new ModelError(
      'checkpoint_refused',
      `${path} says that the weights are quantised (quantization_config: ${method}); BlipQ takes the model as it was before and quantises by itself (BLIPQ_PRECISION): save it with model.dequantize().save_pretrained(FOLDER), or serve the model that was quantised`,
    );
  }
  return json;
}

function aboutType(type: string): string {
  if (/^(instruct)?blip-?2?$|^instructblip/.test(type)) return '; BLIP-2 and InstructBLIP are other models than BLIP';
  if (type === 'blip_text_model' || type === 'blip_vision_model') return '; this is one half of a BLIP model';
  return '';
}

/** How the weights were quantised; undefined where every switch of bitsandbytes is off. */
function quantizationOf(config: Readonly<Record<string, unknown>>): string | undefined {
  const { quant_method: method, load_in_8bit, load_in_4bit } = config;
  if (load_in_8bit === false && load_in_4bit === false) return undefined;
  const bits = load_in_4bit ? ', 4 bits' : load_in_8bit ? ', 8 bits' : '';
  return `${typeof method === 'string' ? method : 'of an unnamed method'}${bits}`;
}
