import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { HealthServer, type Readiness } from './health-server.js';
import { closeServer, listen } from './listen.js';
import { ProcessMetrics } from './process-metrics.js';

async function probe(path: string, ready: () => Promise<Readiness>): Promise<[number, string]> {
  const server = new HealthServer({ port: 0, host: '127.0.0.1', ready });
  await server.start();
  onTestFinished(() => server.stop());
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
  return [response.status, await response.text()];
}

test('liveness answers whatever readiness says', async () => {
  expect(await probe('/livez', () => Promise.reject(new Error('Redis is away')))).toEqual([200, '\n']);
});

test('readiness answers 200, or 503 with the reason', async () => {
  expect(await probe('/readyz', async () => ({ ready: true }))).toEqual([200, '\n']);
  expect(await probe('/readyz', async () => ({ ready: false, reason: 'loading' }))).toEqual([503, 'loading\n']);
  expect(await probe('/readyz', () => Promise.reject(new Error('Redis is away')))).toEqual([503, 'Redis is away\n']);
});

test('prints metrics in the format of Prometheus', async () => {
  const metrics = new ProcessMetrics();
  const ready = async () => ({ ready: true });
  const server = new HealthServer({ port: 0, host: '127.0.0.1', ready, metrics: metrics.registry });
  await server.start();
  onTestFinished(() => server.stop());
  metrics.redisError();
  const response = await fetch(`http://127.0.0.1:${server.port}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0.0.4/);
  const text = await response.text();
  expect(text).toContain('\nblipq_redis_errors_total 1\n');
  expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds [\d.e-]+$/m);
  expect(await probe('/metrics', ready)).toEqual([404, 'not found\n']);
});

test('a taken port is one sentence that names the setting', async () => {
  const other = createServer();
  const port = await listen(other, 0, '127.0.0.1', 'PORT');
  onTestFinished(() => closeServer(other));
  const health = new HealthServer({ port, host: '127.0.0.1', ready: async () => ({ ready: true }) });
  await expect(health.start()).rejects.toThrow(`port ${port} is already in use`);
  await expect(health.start()).rejects.toThrow('BLIPQ_HEALTH_PORT');
});
