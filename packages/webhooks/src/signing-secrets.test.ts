import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { newWebhookSecret, secretOf } from './secret.js';
import { SigningSecrets } from './signing-secrets.js';

const [one, two, three] = [newWebhookSecret(), newWebhookSecret(), newWebhookSecret()] as const;

test('one setting holds the secrets of the name default, the newest first', () => {
  const secrets = SigningSecrets.load({ BLIPQ_WEBHOOK_SECRET: `${one}  ${two}` });
  expect(secrets.valid('default', 'ada')).toEqual([one, two]);
  expect(secrets.valid('team-a', 'ada')).toEqual([]);
});

test('secrets by name come from a setting or a file, beside the default one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'blipq-secrets-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const json = JSON.stringify({ 'team-a': [two, three], 'team-b': two });
  const file = join(folder, 'secrets.json');
  writeFileSync(file, json);
  for (const settings of [{ BLIPQ_WEBHOOK_SECRETS: json }, { BLIPQ_WEBHOOK_SECRETS_FILE: file }]) {
    const secrets = SigningSecrets.load({ BLIPQ_WEBHOOK_SECRET: one, ...settings });
    expect(['default', 'team-a', 'team-b'].map((name) => secrets.valid(name, 'ada'))).toEqual([
      [one],
      [two, three],
      [two],
    ]);
  }
});

test('a default one by name goes before the one that standalone made', () => {
  const json = JSON.stringify({ default: [two, three] });
  const secrets = SigningSecrets.load({ BLIPQ_WEBHOOK_SECRET: one, BLIPQ_WEBHOOK_SECRETS: json });
  expect(secrets.valid('default', 'ada')).toEqual([two, three]);
});

test('each tenant has secrets of its own, one from each that is valid by default, and none without those', () => {
  const secrets = SigningSecrets.load({ BLIPQ_WEBHOOK_SECRET: `${one} ${two}` });
  const [ada, bob] = [secrets.valid('', 'ada'), secrets.valid('', 'bob')];
  expect(ada).toEqual([secretOf('ada', one), secretOf('ada', two)]);
  expect(new Set([...ada, ...bob, one, two]).size).toBe(6);
  expect(SigningSecrets.load({ BLIPQ_WEBHOOK_SECRETS: JSON.stringify({ 'team-a': one }) }).valid('', 'ada')).toEqual(
    [],
  );
  expect(SigningSecrets.load({}).isEmpty).toBe(true);
});

// Made by Python's hmac, following RFC 5869 without salt: receivers keep these secrets, so they must not change.
test("a tenant's secret is the same in every version", () => {
  const deployment = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
  expect(secretOf('team-a', deployment)).toBe('whsec_hKpYWLqmYoGPKoQHIIuATx5Rahmaz8Qg50upPrR/+dY=');
});

test.each([
  [{ BLIPQ_WEBHOOK_SECRETS: '{}', BLIPQ_WEBHOOK_SECRETS_FILE: '/nowhere' }, 'are both set; keep one of them'],
  [{ BLIPQ_WEBHOOK_SECRET: 'whsec_c2hvcnQ=' }, 'BLIPQ_WEBHOOK_SECRET: default: the webhook secret has 5 bytes'],
  [{ BLIPQ_WEBHOOK_SECRETS: '{"a":' }, 'BLIPQ_WEBHOOK_SECRETS is not JSON'],
  [{ BLIPQ_WEBHOOK_SECRETS: '["hunter2"]' }, 'BLIPQ_WEBHOOK_SECRETS takes an object'],
  [
    { BLIPQ_WEBHOOK_SECRETS: '{"team-a":"hunter2!"}' },
    'BLIPQ_WEBHOOK_SECRETS: team-a: the webhook secret is not base64',
  ],
  [{ BLIPQ_WEBHOOK_SECRETS_FILE: '/nowhere' }, 'BLIPQ_WEBHOOK_SECRETS_FILE cannot be read'],
])('%o is refused in one line without the secret', (settings, message) => {
  const load = () => SigningSecrets.load(settings);
  expect(load).toThrow(message);
  expect(load).not.toThrow(/hunter2|c2hvcnQ/);
});
