import type { Operation } from './operation.js';
import { smallJsonProblems } from './submit-problems.js';

/** What can be asked about webhooks that were sent, or are to be. */
export const deliveryOperations: Operation[] = [
  ...(['Caption', 'Answer', 'Match'] as const).map(
    (noun): Operation => ({
      method: 'get',
      path: `/v1/${noun.toLowerCase()}${noun === 'Match' ? 'es' : 's'}/{id}/deliveries`,
      operationId: `list${noun}Deliveries`,
      tag: 'Webhooks',
      summary: `See what became of the webhook about one ${noun.toLowerCase()}`,
      parameters: [`${noun}Id`],
      answers: { 200: { description: 'Its deliveries: none or one.', body: 'DeliveryPage' } },
      problems: ['not_found', 'result_expired'],
    }),
  ),
  {
    method: 'get',
    path: '/v1/webhook-deliveries',
    operationId: 'listDeliveries',
    tag: 'Webhooks',
    summary: 'List webhook deliveries, newest first',
    description: 'Deliveries are kept for seven days after their last attempt.',
    parameters: ['Cursor', 'Limit', 'DeliveryState'],
    answers: { 200: { description: 'A page of deliveries.', body: 'DeliveryPage' } },
    problems: ['invalid_params'],
  },
  {
    method: 'get',
    path: '/v1/webhook-deliveries/{id}',
    operationId: 'getDelivery',
    tag: 'Webhooks',
    summary: 'Read a delivery with its attempts',
    parameters: ['DeliveryId'],
    answers: { 200: { description: 'The delivery.', body: 'Delivery' } },
    problems: ['not_found'],
  },
  {
    method: 'post',
    path: '/v1/webhook-deliveries/{id}/redeliver',
    operationId: 'redeliver',
    tag: 'Webhooks',
    summary: 'Send a webhook again, under the same id',
    description: 'In any state, and also to a disabled endpoint; a success enables it again.',
    parameters: ['DeliveryId'],
    answers: { 202: { description: 'The delivery, pending.', body: 'Delivery' } },
    problems: ['not_found', 'queue_full'],
  },
  {
    method: 'get',
    path: '/v1/webhooks/secret',
    operationId: 'getWebhookSecret',
    tag: 'Webhooks',
    summary: 'Read the secret that signs your webhooks',
    description: 'With an API key only: each has its own, unless its operator gave it one by name.',
    answers: { 200: { description: 'The secrets that are valid now.', body: 'WebhookSecret' } },
    problems: ['forbidden', 'not_found'],
  },
  {
    method: 'post',
    path: '/v1/webhooks/test',
    operationId: 'testWebhook',
    tag: 'Webhooks',
    summary: 'Send a signed ping to a URL and see its receiver’s reaction',
    description:
      'A notifier sends it once, signed with your secret, under the rules for webhook URLs. The answer is 200 with the receiver’s reaction, whichever it is.',
    body: 'webhookTest',
    answers: { 200: { description: 'The receiver’s reaction.', body: 'WebhookTest' } },
    problems: [...smallJsonProblems, 'url_blocked', 'queue_full', 'notifier_unavailable'],
  },
];
