import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyOf } from '@blipq/webhooks';
import { expect, onTestFinished, test } from 'vitest';
import { WebhookSecret } from './webhook-secret.js';

test('the secret is made once, is a good one and is nobody else’s to read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'blipq-webhook-secret-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'webhook-secret');
  const first = new WebhookSecret(path);
  first.start();
  const { value } = first;
  expect(keyOf(value)).toHaveLength(32);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const second = new WebhookSecret(path);
  second.start();
  expect(second.value).toBe(value);
});

test('a folder that cannot be written to is said in one line', () => {
  expect(() => new WebhookSecret('/nowhere/at/all').start()).toThrow('cannot write the webhook secret');
});
