import { expect, inject, test } from 'vitest';
import { LiveGateway } from './testing/live-gateway.js';

async function allowed(origins: string[], origin: string, method = 'GET') {
  const gateway = await new LiveGateway(inject('redisUrl'), { BLIPQ_CORS_ORIGINS: origins }).start();
  const asks = method === 'OPTIONS' && { 'access-control-request-method': 'PUT' };
  const { headers, status } = await fetch(`${gateway.url}/v1/models`, { method, headers: { origin, ...asks } });
  await gateway.stop();
  return { status, headers };
}

test('without configured origins no page of another site may read an answer', async () => {
  const { headers } = await allowed([], 'https://app.example');
  expect(headers.get('access-control-allow-origin')).toBeNull();
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
});

test('a page of a listed origin may read answers and their headers; others may not', async () => {
  const ours = await allowed(['https://app.example', 'https://other.example'], 'https://app.example');
  expect(ours.headers.get('access-control-allow-origin')).toBe('https://app.example');
  expect(ours.headers.get('access-control-expose-headers')).toContain('Retry-After');
  expect(ours.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
  const theirs = await allowed(['https://app.example', 'https://other.example'], 'https://evil.example');
  expect(theirs.headers.get('access-control-allow-origin')).toBeNull();
});

test('a preflight is answered, with * for everyone', async () => {
  const { status, headers } = await allowed(['*'], 'https://anyone.example', 'OPTIONS');
  expect([status, headers.get('access-control-allow-origin')]).toEqual([204, '*']);
  expect(headers.get('access-control-allow-methods')).toContain('PUT');
});
