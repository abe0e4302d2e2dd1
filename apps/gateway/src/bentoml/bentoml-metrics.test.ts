import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { echoHandler, LiveGateway, repositoryFile } from '../testing/live-gateway.js';
import { ask, callWithFile, send } from './testing/recorded-client.js';

let gateway: LiveGateway;
beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl'), { BLIPQ_GENERATE_TIMEOUT_S: 1 }).start();
  await gateway.registerModel();
});
afterAll(() => gateway.stop());

async function scrape(): Promise<string[]> {
  const answer = await fetch(`${gateway.url}/metrics`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ]);
  return (await answer.text()).split('\n');
}

const service = 'service_name="BlipImageCaptioning",runner_name="BlipImageCaptioning",service_version="not available"';

/** The value of a series by its name and labels, or undefined where there is none. */
function sample(lines: string[], metric: string, labels: Record<string, string>): number | undefined {
  const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  const line = lines.find((one) => one.startsWith(`${metric}{`) && wanted.every((label) => one.includes(label)));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

test('endpoints begin at 0, so that the first request already counts in a rate', async () => {
  const lines = await scrape();
  for (const endpoint of ['/generate', '/generate/submit', '/generate/status', '/generate/get'])
    expect(sample(lines, 'bentoml_service_request_total', { endpoint, http_response_code: '200' })).toBe(0);
});

test('requests are counted and timed under the names, labels and buckets of BentoML', async () => {
  const photo = await readFile(repositoryFile('test/images/rocket.jpg'));
  expect((await send(gateway.port, callWithFile(photo))).status).toBe(504);
  await gateway.work(echoHandler);
  let tooLate = 1;
  // A caption has the same second, in which a busy machine may not make it at once.
  let { status } = await send(gateway.port, callWithFile(photo));
  for (; status === 504; tooLate += 1) ({ status } = await send(gateway.port, callWithFile(photo)));
  expect(status).toBe(200);
  await vi.waitFor(async () => {
    const lines = await scrape();
    const total = (http_response_code: string, count: number) =>
      `bentoml_service_request_total{endpoint="/generate",http_response_code="${http_response_code}",${service}} ${count}`;
    expect(lines).toContain(total('200', 1));
    expect(lines).toContain(total('504', tooLate));
    expect(lines).toContain(`bentoml_service_request_in_progress{endpoint="/generate",${service}} 0`);
    const buckets = lines.filter((line) =>
      /^bentoml_service_request_duration_seconds_bucket.*"\/generate".*"200"/.test(line),
    );
    const bounds = buckets.map((line) => /le="([^"]+)"/.exec(line)![1]);
    const expected = '0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 30 60 120 180 +Inf';
    expect(bounds.join(' ')).toBe(expected);
    expect(sample(lines, 'bentoml_service_adaptive_batch_size_count', { method_name: 'generate' })).toBe(1);
  });
});

test('no caller can make the number of series grow', async () => {
  const strangers = (round: string) => [
    ...Array.from({ length: 50 }, (_, i) => ask('GET', `/${round}/${i}`)),
    ...Array.from({ length: 10 }, (_, i) => ask('GET', `/v1/captions/${round}${i}`)),
    ...Array.from({ length: 10 }, (_, i) => ask('GET', `/generate/${round}${i}`)),
    ...Array.from({ length: 10 }, (_, i) => ask('GET', `/generate/status?task_id=${round}${i}`)),
    ask('GET', `/generate/status/?task_id=${round}`),
    ask('GET', `/GENERATE?${round}`),
    ask('PUT', `/docs/errors/${round}`, { version: round }),
  ];
  const series = async () => {
    const lines = (await scrape()).filter((line) => line.startsWith('bentoml_service_'));
    return lines.map((line) => line.slice(0, line.lastIndexOf(' '))).sort();
  };
  for (const request of strangers('one')) await send(gateway.port, request);
  const before = await series();
  for (const request of strangers('two')) await send(gateway.port, request);
  expect(await series()).toEqual(before);
  const endpoints = new Set(before.map((line) => /endpoint="([^"]+)"/.exec(line)?.[1]));
  for (const endpoint of endpoints) expect(endpoint ?? '/v1').toMatch(/^(\/generate(\/[a-z]+)?|\/v1|other|\/[a-z]+z)$/);
});

test('requests for the metrics do not count in the metrics', async () => {
  await scrape();
  expect((await scrape()).filter((line) => line.includes('/metrics'))).toEqual([]);
});
