import { z } from 'zod';
import { requestedParams } from './params.js';
import { workMetadata } from './resource-schema.js';
import { webhookRequest } from './webhook.js';

/** The largest image file that a gateway can be set to take. `BLIPQ_IMAGE_MB_MAX` may say less. */
export const imageBytesMax = 20 * 1024 * 1024;
/** Longest prompt in characters. One that fills 512 positions is a few thousand; the model's own limit is checked later. */
const promptCharsMax = 16 * 1024;
/** Base64 takes four characters for three bytes; a tenth is room for line breaks and percent signs, the rest for a head. */
const base64CharsMax = Math.ceil(imageBytesMax * (4 / 3) * 1.1) + 256;
/** Data URIs are URLs too. */
const urlCharsMax = base64CharsMax;

const promptText = z
  .string()
  .max(promptCharsMax)
  // Bytes that are not UTF-8 were decoded to U+FFFD, which no one writes on purpose.
  .refine((text) => !text.includes('\uFFFD'), 'is not valid UTF-8')
  .meta({ description: 'Text that the caption begins with and continues.', examples: ['a picture of'] });

/** What a caller asked for, however it was sent. */
export interface CaptionRequest extends CaptionOptions {
  /** An image file, or where one is. */
  image: Uint8Array | ImageInput;
}

/** Everything that may be said about a caption beside its image. */
export const captionOptions = z.strictObject({
  prompt: promptText.nullish(),
  model: z.string().min(1).max(200).optional().meta({ description: 'A model of GET /v1/models. Default: the newest.' }),
  params: requestedParams.optional(),
  match: z.boolean().optional().meta({
    description:
      'Whether to say how well the caption fits the image, which takes a served model of image-text retrieval.',
  }),
  metadata: workMetadata.optional().meta({
    description: 'At most 16 names with texts, given back with the caption.',
    examples: [{ album: 'summer' }],
  }),
  timeout_s: z
    .int()
    .min(1)
    .max(7 * 86_400)
    .optional()
    .meta({ description: 'Seconds after which the caption expires unless a worker has started it.' }),
  webhook: webhookRequest
    .optional()
    .meta({ description: 'The webhook notified when the work has ended; see docs/reference/webhooks.md.' }),
});

/** An image inside a JSON body. */
export const imageInput = z.union(
  [
    z.strictObject({
      url: z
        .string()
        .min(1)
        .max(urlCharsMax)
        .meta({ description: 'An https: URL, which the gateway fetches, or a data: URI.' }),
    }),
    z.strictObject({ base64: z.string().min(1).max(base64CharsMax).meta({ contentEncoding: 'base64' }) }),
  ],
  { error: 'must be {"url": "…"} or {"base64": "…"}' },
);
export type ImageInput = z.infer<typeof imageInput>;

/** `POST /v1/captions` as JSON. */
export const captionJson = captionOptions.extend({ image: imageInput });

/** The text fields of a multipart form, and the query of a raw image: the same, with the parameters on top. */
export const captionFields = z.strictObject({
  ...captionOptions.omit({ params: true }).shape,
  ...requestedParams.shape,
});

export type CaptionOptions = z.infer<typeof captionOptions>;
