import { z } from 'zod';
import { answerResource } from './answer.js';
import { batchResource } from './batch.js';
import { captionResource } from './caption.js';
import { answerId, batchId, captionId, matchId, pingId } from './id.js';
import { matchResource } from './match.js';
import { terminalStates } from './work-state.js';

/** A caption, answer or match that ended tells how; a batch tells when its last caption ended. */
export const captionEventTypes = terminalStates.map((state) => `caption.${state}` as const);
export const answerEventTypes = terminalStates.map((state) => `answer.${state}` as const);
export const matchEventTypes = terminalStates.map((state) => `match.${state}` as const);
export const webhookEventTypes = [
  ...captionEventTypes,
  ...answerEventTypes,
  ...matchEventTypes,
  'batch.completed',
] as const;
export type WebhookEventType = (typeof webhookEventTypes)[number];
export const webhookEventType = z.enum(webhookEventTypes);

/** What a caller asks for: where to post, and which events. */
export const webhookRequest = z.strictObject({
  url: z
    .string()
    .min(1)
    .max(2048)
    .meta({ description: 'The URL that receives signed events.', examples: ['https://example.com/hooks/blipq'] }),
  events: z
    .array(webhookEventType)
    .min(1)
    .optional()
    .meta({ description: 'Default: every end of the caption, answer or match; of a batch, batch.completed.' }),
});
export type WebhookRequest = z.infer<typeof webhookRequest>;

/** What a record keeps of that. `secret` names the secret that signs, never the secret itself. */
export const webhookTarget = z.object({
  url: z.string(),
  events: z.array(webhookEventType),
  secret: z.string(),
});
export type WebhookTarget = z.infer<typeof webhookTarget>;

/** Name of the deployment's secret: it signs where there are no API keys, and the keys' own secrets come from it. */
export const secretDefault = 'default';

/** What stands for a name where an API key names no secret: its tenant's own. No key can name it. */
export const secretOwn = '';

/** What `GET /v1/webhooks/secret` answers. */
export const webhookSecretResource = z.object({
  object: z.literal('webhook_secret'),
  secrets: z
    .array(z.string())
    .min(1)
    .meta({ description: 'The secrets that sign your webhooks, the newest first. A message has a signature of each.' }),
});
export type WebhookSecretResource = z.infer<typeof webhookSecretResource>;

/** The body of a webhook (Standard Webhooks): the resource as the API returns it. */
export const webhookEvent = z.discriminatedUnion('type', [
  z.object({ type: z.enum(captionEventTypes), timestamp: z.iso.datetime(), data: captionResource }),
  z.object({ type: z.enum(answerEventTypes), timestamp: z.iso.datetime(), data: answerResource }),
  z.object({ type: z.enum(matchEventTypes), timestamp: z.iso.datetime(), data: matchResource }),
  z.object({ type: z.literal('batch.completed'), timestamp: z.iso.datetime(), data: batchResource }),
]);
export type WebhookEvent = z.infer<typeof webhookEvent>;

/** `msg_<caption, answer, match or batch>_<how it ended>`: the `webhook-id`, the same on every attempt and redelivery. */
export const deliveryId = z
  .string()
  .regex(
    /^msg_((cap|ans|mat)_[0-7][0-9A-HJKMNP-TV-Z]{25}_(succeeded|failed|canceled|expired)|bat_[0-7][0-9A-HJKMNP-TV-Z]{25}_completed)$/,
  );

/** `failed`: given up, see `reason`. */
export const deliveryState = z.enum(['pending', 'delivered', 'failed']);
export type DeliveryState = z.infer<typeof deliveryState>;

/** Why a delivery was given up. */
export const deliveryFailure = z.enum(['attempts_exhausted', 'gone', 'endpoint_disabled']);
export type DeliveryFailure = z.infer<typeof deliveryFailure>;

export const deliveryAttempt = z.object({
  at: z.iso.datetime(),
  duration_ms: z.number().nonnegative(),
  /** HTTP status of the answer; null when there was none. */
  status: z.int().nullable(),
  /** What went wrong, for a person; null when it was delivered. */
  error: z.string().nullable(),
});
export type DeliveryAttempt = z.infer<typeof deliveryAttempt>;

/** What `GET /v1/webhook-deliveries/{id}` answers. */
export const deliveryResource = z.object({
  id: deliveryId,
  object: z.literal('webhook_delivery'),
  event: webhookEventType,
  subject: z.union([captionId, answerId, matchId, batchId]),
  url: z.string(),
  state: deliveryState,
  reason: deliveryFailure.nullable(),
  /** How often it was sent, redeliveries included. */
  attempt: z.int().nonnegative(),
  /** The last 50, oldest first. */
  attempts: z.array(deliveryAttempt),
  created_at: z.iso.datetime(),
  next_attempt_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
  links: z.object({ self: z.string(), redeliver: z.string(), subject: z.string() }),
});
export type DeliveryResource = z.infer<typeof deliveryResource>;

/** What `GET /v1/webhook-deliveries` answers: newest first. */
export const deliveryPage = z.object({
  object: z.literal('list'),
  data: z.array(deliveryResource),
  /** Give it as `cursor` to get what follows; null on the last page. */
  next_cursor: z.string().nullable(),
});
export type DeliveryPage = z.infer<typeof deliveryPage>;

/** What `POST /v1/webhooks/test` takes. */
export const webhookTestJson = z.strictObject({ url: webhookRequest.shape.url });

/** The body of a test, sent as a webhook is. */
export const pingEvent = z.object({
  type: z.literal('ping'),
  timestamp: z.iso.datetime(),
  data: z.object({ object: z.literal('ping') }),
});
export type PingEvent = z.infer<typeof pingEvent>;

/** Bytes of a receiver's answer that a test shows. */
export const testAnswerBytesMax = 1000;

/** What `POST /v1/webhooks/test` answers: what the receiver did with a `ping`. */
export const webhookTestResource = z.object({
  /** The `webhook-id` that was sent. */
  id: pingId,
  object: z.literal('webhook_test'),
  url: z.string(),
  /** Whether the receiver answered 2xx. */
  delivered: z.boolean(),
  ...deliveryAttempt.shape,
  /** The first bytes of the answer's body as text; null when there was no answer, or no body within a second of it. */
  answer: z.string().nullable(),
});
export type WebhookTest = z.infer<typeof webhookTestResource>;
