import { join } from 'node:path';
import { z } from 'zod';
import { ModelError } from '../model-error.js';
import { parseConfig, readJson } from './json-file.js';

/** PIL.Image.Resampling, by number. */
const filters = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'];

type Rgb = readonly [number, number, number];

/** Mean and standard deviation of CLIP's training images, per RGB channel on a scale of 0 to 1. */
const CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073] as const;
const CLIP_STD = [0.26862954, 0.26130258, 0.27577711] as const;
/** PIL.Image.Resampling.BICUBIC, the only filter that BLIP is trained with and that @blipq/pixels resizes with. */
const BICUBIC = 3;

const side = z.int().positive();
/** What BLIP's processor always does, as the graphs do. */
const step = z
  .literal(true, 'is not true; BlipQ resizes, rescales and normalises every image as BLIP was trained')
  .default(true);

const square = z
  .union([side, z.object({ height: side, width: side })], 'must be a number of pixels or a square {height, width}')
  .refine((size) => typeof size === 'number' || size.height === size.width, 'must be square')
  .transform((size) => (typeof size === 'number' ? size : size.height));

const imageProcessor = z.object({
  size: square.optional(),
  resample: z
    .union([z.literal(BICUBIC), z.literal('bicubic')], {
      error: ({ input }) =>
        `is ${input} (${filters[Number(input)] ?? 'unknown'}); BlipQ resizes as BLIP was trained, bicubic (3)`,
    })
    .default(BICUBIC),
  image_mean: z.tuple([z.number(), z.number(), z.number()]).default([...CLIP_MEAN]),
  image_std: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]).default([...CLIP_STD]),
  rescale_factor: z
    .number()
    .refine((factor) => Math.abs(factor * 255 - 1) < 1e-6, 'must be 1/255')
    .optional(),
  do_resize: step,
  do_rescale: step,
  do_normalize: step,
  do_center_crop: z.boolean().optional(),
  crop_size: square.optional().catch(undefined),
});

/**
 * How images become model input: the `image_processor` of processor_config.json, where transformers 5 keeps it, before
 * preprocessor_config.json; BlipImageProcessor's defaults where there is neither.
 *
 * @param folders the model's folder, and before it an adapter's: the first that has a processor counts
 * @param imageSize what config.json says; there are position embeddings for exactly this size
 * @throws ModelError where the file asks for anything but a bicubic resize to that size
 */
export async function readImageProcessor(
  folders: readonly string[],
  imageSize: number,
): Promise<{ imageMean: Rgb; imageStd: Rgb }> {
  const [path, json] = await findProcessor(folders);
  const {
    size = imageSize,
    do_center_crop,
    crop_size,
    image_mean,
    image_std,
  } = parseConfig(path, imageProcessor, json);
  if (size !== imageSize) {
    throw new ModelError(
      'config_invalid',
      `${path} resizes images to ${size} pixels while config.json says image_size ${imageSize}; make them equal`,
    );
  }
  if (do_center_crop && crop_size !== undefined && crop_size !== imageSize) {
    throw new ModelError(
      'config_invalid',
      `${path} cuts images to crop_size ${crop_size} while config.json says image_size ${imageSize}; set do_center_crop to false`,
    );
  }
  return { imageMean: image_mean, imageStd: image_std };
}

async function findProcessor(folders: readonly string[]): Promise<[path: string, json: unknown]> {
  for (const folder of folders) {
    const nested = join(folder, 'processor_config.json');
    const processor = ((await readJson(nested)) as { image_processor?: unknown } | undefined)?.image_processor;
    if (processor !== undefined) return [nested, processor];
    const path = join(folder, 'preprocessor_config.json');
    const json = await readJson(path);
    if (json !== undefined) return [path, json];
  }
  return [join(folders.at(-1)!, 'preprocessor_config.json'), {}];
}
