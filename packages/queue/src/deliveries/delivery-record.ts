import {
  type DeliveryAttempt,
  type DeliveryResource,
  deliveryResource,
  taskNames,
  taskOfId,
  type WebhookEvent,
  type WorkResource,
  webhookEvent,
} from '@blipq/contracts';
import { batchOf } from '../records/batch-record.js';
import { isoTime, resourceOf } from '../records/record.js';
import { type HashFields, hashFields } from '../redis/hash-fields.js';

/** Longest body of a webhook. Receivers commonly limit what they take. */
export const webhookBytesMax = 20_000;

/** A delivery as the API returns it. */
export function deliveryOf(fields: HashFields, attempts: string[]): DeliveryResource {
  const self = `/v1/webhook-deliveries/${fields.id}`;
  const kind = fields.event === 'batch.completed' ? 'batches' : taskNames[taskOfId(fields.subject!)].collection;
  return deliveryResource.parse({
    id: fields.id,
    object: 'webhook_delivery',
    event: fields.event,
    subject: fields.subject,
    url: fields.url,
    state: fields.state,
    reason: fields.reason ?? null,
    attempt: Number(fields.attempt),
    attempts: attempts.map((attempt) => JSON.parse(attempt) as DeliveryAttempt),
    created_at: isoTime(fields.created_ms),
    next_attempt_at: isoTime(fields.next_ms),
    finished_at: isoTime(fields.finished_ms),
    links: { self, redeliver: `${self}/redeliver`, subject: `/v1/${kind}/${fields.subject}` },
  });
}

/** The body that is sent, made from the record as it was when it ended: the same at every attempt. */
export function bodyOf(delivery: HashFields): Buffer {
  const event = eventOf(delivery);
  const body = Buffer.from(JSON.stringify(event));
  return body.length <= webhookBytesMax ? body : Buffer.from(JSON.stringify(shortened(event)));
}

/** The `traceparent` that it continues, of the record that it tells about. */
export function traceOf({ snapshot }: HashFields): string | undefined {
  return hashFields(JSON.parse(snapshot!) as string[]).trace;
}

function eventOf({ event, subject, created_ms, snapshot }: HashFields): WebhookEvent {
  const record = hashFields(JSON.parse(snapshot!) as string[]);
  const data = event === 'batch.completed' ? batchOf(subject!, record) : resourceOf(subject!, record);
  return webhookEvent.parse({ type: event, timestamp: isoTime(created_ms), data });
}

/** Without the long list inside; the resource has it. */
function shortened(event: WebhookEvent): WebhookEvent {
  if (event.type === 'batch.completed') return { ...event, data: { ...event.data, items: [] } };
  return { ...event, data: withoutTokens(event.data) } as WebhookEvent;
}

function withoutTokens(resource: WorkResource): WorkResource {
  switch (resource.object) {
    case 'caption':
      return {
        ...resource,
        caption: resource.caption && { ...resource.caption, tokens: [] },
        captions: resource.captions?.map((caption) => ({ ...caption, tokens: [] })) ?? null,
      };
    case 'answer':
      return {
        ...resource,
        answers: resource.answers?.map((answer) => ({ ...answer, tokens: [] })) ?? null,
      };
    case 'match':
      return { ...resource, texts: [] };
  }
}
