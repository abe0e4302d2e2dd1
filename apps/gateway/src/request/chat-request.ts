import { z } from 'zod';

const textPart = z.object({ type: z.literal('text'), text: z.string().max(16 * 1024) });
const imagePart = z.object({
  type: z.literal('image_url'),
  image_url: z.union([z.object({ url: z.string().min(1) }), z.string().min(1)]).meta({
    description: 'An https: URL, which the gateway fetches, or a data: URI.',
  }),
});
const contentForms =
  'must be a text, or a list of {"type": "text", "text": "…"} and {"type": "image_url", "image_url": {"url": "…"}}';
const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z
    .union([z.string().max(16 * 1024), z.array(z.union([textPart, imagePart])).max(100)], { error: contentForms })
    .nullish(),
});

/**
 * `POST /v1/chat/completions` as OpenAI's clients send it. What they send besides, such as `temperature`, has no meaning
 * here and is passed over; what would change the answer's form is refused (see readChat).
 */
export const chatRequest = z.object({
  model: z
    .string()
    .min(1)
    .max(200)
    .meta({
      description: 'A model of GET /v1/models, or `blipq`: the newest one that fits what is asked.',
      examples: ['blipq'],
    }),
  messages: z.array(message).min(1).max(100),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
});
export type ChatRequest = z.infer<typeof chatRequest>;

/** What is refused where it is there: a caption is one text and calls nothing. */
export const chatRefused = z.object({
  n: z.int().nullish(),
  tools: z.array(z.unknown()).nullish(),
  functions: z.array(z.unknown()).nullish(),
  response_format: z.object({ type: z.string() }).nullish(),
  logprobs: z.boolean().nullish(),
  modalities: z.array(z.string()).nullish(),
});

/** What it is answered with, unless as a stream. */
export const chatCompletionObject = z.object({
  id: z.string(),
  object: z.literal('chat.completion'),
  created: z.int(),
  model: z.string(),
  system_fingerprint: z.string(),
  choices: z.array(
    z.object({
      index: z.int(),
      message: z.object({ role: z.literal('assistant'), content: z.string(), refusal: z.null() }),
      logprobs: z.null(),
      finish_reason: z.enum(['stop', 'length']),
    }),
  ),
  usage: z.object({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() }),
});
