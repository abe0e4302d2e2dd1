import { z } from 'zod';

/** Smallest temperature: scores are divided by it, and must stay finite. */
const temperatureMin = 0.01;
const temperatureMax = 100;
const topKMax = 1_000_000;

/** How tokens are drawn. Names and meanings as in transformers. Where `do_sample` is absent, nothing is drawn. */
export const samplingParams = {
  do_sample: z.boolean().optional().meta({
    description: 'Draws each token by its probability instead of taking the likeliest. Not with beams.',
  }),
  temperature: z
    .number()
    .min(temperatureMin, {
      error: `must be at least ${temperatureMin}; to always take the likeliest token, use do_sample: false`,
    })
    .max(temperatureMax)
    .optional()
    .meta({ description: 'Divides the scores before each draw: above 1 varied, below 1 safe.' }),
  top_k: z
    .int()
    .min(0)
    .max(topKMax)
    .optional()
    .meta({ description: 'Only this many of the likeliest tokens may be drawn; 0 for all.' }),
  top_p: z
    .number()
    .gt(0, { error: 'must be above 0 and at most 1' })
    .max(1, { error: 'must be above 0 and at most 1' })
    .optional()
    .meta({ description: 'Only the likeliest tokens that reach this probability together may be drawn; 1 for all.' }),
  seed: z.int().min(0).optional().meta({
    description:
      'Number that the random numbers are made from: the same seed gives the same caption. By default a new one, which the resource shows.',
  }),
};

export const samplingParamNames = Object.keys(samplingParams) as (keyof typeof samplingParams)[];

/** transformers' defaults. */
export const samplingDefaults = { temperature: 1, top_k: 50, top_p: 1 } as const;

/** One of 2³² seeds, for requests without one. */
export function newSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}
