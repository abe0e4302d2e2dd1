import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { newWebhookSecret } from './secret.js';
import { signWebhook } from './sign.js';
import { verifyWebhook, WebhookVerificationError } from './verify.js';

const id = 'msg_cap_01J8Z0000000000000000000AB_succeeded';
const text = '{"type":"caption.succeeded","data":{"text":"ein Einhorn — 🦄"}}';
const body = Buffer.from(text);
const secret = newWebhookSecret();
const other = newWebhookSecret();

function message(secrets: string[], at = new Date()) {
  return { ...signWebhook({ id, at, body }, secrets) };
}

test('what we sign, the reference library verifies', () => {
  const headers = message([secret]);
  expect(new Webhook(secret).verify(text, headers)).toEqual(JSON.parse(text));
  expect(() => new Webhook(other).verify(text, headers)).toThrow();
});

test('what the reference library signs, we verify', () => {
  const at = new Date();
  const signature = new Webhook(secret).sign(id, at, text);
  expect(signature).toBe(message([secret], at)['webhook-signature']);
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': signature,
  };
  expect(verifyWebhook(body, headers, secret)).toEqual(JSON.parse(text));
});

test('the signature is the one of the specification', () => {
  // Example of the reference implementations' test suites.
  const example = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    at: new Date(1614265330_000),
    body: Buffer.from('{"test": 2432232314}'),
  };
  const headers = signWebhook(example, ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']);
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('during a rotation either secret verifies, for us and for the reference library', () => {
  const headers = message([secret, other]);
  for (const valid of [secret, other]) {
    expect(verifyWebhook(body, headers, valid)).toEqual(JSON.parse(text));
    expect(new Webhook(valid).verify(text, headers)).toEqual(JSON.parse(text));
  }
  // A receiver that knows both accepts a sender that has not changed yet.
  expect(verifyWebhook(body, message([other]), [secret, other])).toEqual(JSON.parse(text));
});

test.each([
  ['another body', () => ({ body: Buffer.from(`${text} `) })],
  ['another id', () => ({ headers: { ...message([secret]), 'webhook-id': 'msg_1' } })],
  ['another time', () => ({ headers: { ...message([secret]), 'webhook-timestamp': String(Date.now() / 1000 - 9) } })],
  ['another secret', () => ({ headers: message([other]) })],
  ['no signature', () => ({ headers: { ...message([secret]), 'webhook-signature': undefined } })],
  ['half a signature', () => ({ headers: { ...message([secret]), 'webhook-signature': 'v1,AAAA' } })],
  ['no version', () => ({ headers: { ...message([secret]), 'webhook-signature': 'AAAA' } })],
  [
    'a later version',
    () => {
      const headers = message([secret]);
      return { headers: { ...headers, 'webhook-signature': headers['webhook-signature'].replace('v1', 'v2') } };
    },
  ],
  ['a header twice', () => ({ headers: { ...message([secret]), 'webhook-id': [id, id] } })],
  ['a time that is none', () => ({ headers: { ...message([secret]), 'webhook-timestamp': 'NaN' } })],
  ['an old time', () => ({ headers: message([secret], new Date(Date.now() - 301_000)) })],
  ['a future time', () => ({ headers: message([secret], new Date(Date.now() + 400_000)) })],
] as [string, () => { body?: Buffer; headers?: Record<string, string | string[]> }][])(
  'a message with %s is refused',
  (_what, change) => {
    const changed = { body, headers: message([secret]), ...change() };
    expect(() => verifyWebhook(changed.body, changed.headers, secret)).toThrow(WebhookVerificationError);
  },
);

test('up to five minutes are tolerated, in both directions', () => {
  const at = new Date(1_700_000_000_000);
  for (const offMs of [-300_000, 300_000]) {
    expect(verifyWebhook(body, message([secret], at), secret, { at: new Date(at.getTime() + offMs) })).toBeDefined();
  }
});

test('a body that is not JSON is refused, not thrown over the receiver as a syntax error', () => {
  const odd = Buffer.from('hello');
  const headers = { ...signWebhook({ id, at: new Date(), body: odd }, [secret]) };
  expect(() => verifyWebhook(odd, headers, secret)).toThrow(WebhookVerificationError);
});

test('nothing is signed without a secret or with a weak one', () => {
  expect(() => message([])).toThrow('never sent unsigned');
  expect(() => message(['whsec_c2hvcnQ='])).toThrow('has 5 bytes; it takes 24 to 64');
  expect(() => message(['whsec_not base64 at all!'])).toThrow('is not base64');
});
