import { expect, test } from 'vitest';
import { verifyWebhook } from '../../packages/client/src/index.js';
import { newWebhookSecret, signWebhook } from '../../packages/webhooks/src/index.js';

const secret = newWebhookSecret();
const event = { type: 'caption.succeeded', timestamp: '2026-01-01T00:00:00.000Z', data: { id: 'é' } };
const body = JSON.stringify(event);
const signed = (secrets = [secret], at = new Date()) => ({
  ...signWebhook({ id: 'msg_1', at, body: Buffer.from(body) }, secrets),
});
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

test.each([
  ['text', body],
  ['bytes', Buffer.from(body)],
  ['an ArrayBuffer', new Uint8Array(Buffer.from(body)).buffer],
])('what was signed is taken as %s', async (_what, received) => {
  expect(await verifyWebhook(received, signed(), secret)).toEqual(event);
  expect(await verifyWebhook(received, new Headers(signed()), [newWebhookSecret(), secret])).toEqual(event);
});

test('during a rotation either secret will do', async () => {
  const other = newWebhookSecret();
  expect(await verifyWebhook(body, signed([other, secret]), secret)).toEqual(event);
  expect(await verifyWebhook(body, signed([other]), [secret, other])).toEqual(event);
});

const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = signed();
test.each<[string, string, Record<string, string | undefined>, string]>([
  ['another body', `${body} `, {}, 'no signature fits'],
  ['another id', body, { 'webhook-id': 'msg_2' }, 'no signature fits'],
  ['another time', body, { 'webhook-timestamp': String(Number(at) + 1) }, 'no signature fits'],
  ['another secret', body, signed([newWebhookSecret()]), 'no signature fits'],
  ['an old message', body, signed([secret], minutesAgo(6)), 'too old'],
  ['a message of the future', body, signed([secret], minutesAgo(-6)), 'too old or from the future'],
  ['a time that is none', body, { 'webhook-timestamp': 'now' }, 'too old'],
  ['no signature', body, { 'webhook-signature': undefined }, 'webhook-signature is missing'],
  ['no id', body, { 'webhook-id': '' }, 'webhook-id is missing'],
  ['a signature that is not base64', body, { 'webhook-signature': 'v1,%%%' }, 'no signature fits'],
  ['a signature of another version', body, { 'webhook-signature': signature.replace('v1,', 'v1a,') }, 'no signature'],
])('%s is refused', async (_what, received, changed, why) => {
  const headers = { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature, ...changed };
  const refused = verifyWebhook(received, headers, secret);
  await expect(refused).rejects.toThrow(why);
  await expect(refused).rejects.toMatchObject({ name: 'WebhookVerificationError' });
});
