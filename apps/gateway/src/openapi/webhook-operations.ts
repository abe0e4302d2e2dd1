import { webhookEventTypes } from '@blipq/contracts';
import { refTo } from './schema-components.js';

const schemas = {
  caption: 'CaptionWebhook',
  answer: 'AnswerWebhook',
  match: 'MatchWebhook',
  batch: 'BatchWebhook',
  ping: 'PingWebhook',
} as const;

const header = (name: string, description: string) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
});

/** The `webhooks` of the document: one for each type of event, named after it (Standard Webhooks). */
export function webhookOperations(): Record<string, object> {
  return Object.fromEntries(
    [...webhookEventTypes, 'ping'].map((type) => {
      const [object, ending = ''] = type.split('.') as [keyof typeof schemas, string?];
      const operation = {
        operationId: `on${object[0]!.toUpperCase()}${object.slice(1)}${ending.slice(0, 1).toUpperCase()}${ending.slice(1)}`,
        tags: ['Webhooks'],
        summary: type,
        description: 'Posted, signed, to the URL that was named with the request, until it is answered with 2xx.',
        // The key is for requests to BlipQ; these carry a signature.
        security: [],
        parameters: [
          header('webhook-id', 'The same on every attempt: skip those that were handled.'),
          header('webhook-timestamp', 'When this attempt was made, in seconds since 1970.'),
          header('webhook-signature', '`v1,` and an HMAC in base64; several are separated by blanks.'),
        ],
        requestBody: { required: true, content: { 'application/json': { schema: refTo(schemas[object]) } } },
        responses: {
          '2XX': { description: 'It was received.' },
          '4XX': { description: 'It is tried again later; 410 disables the endpoint.' },
        },
      };
      return [type, { post: operation }];
    }),
  );
}
