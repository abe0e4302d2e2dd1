import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { LiveGateway } from '../testing/live-gateway.js';
import { bentomlDocs } from './bentoml-docs.js';

let gateway: LiveGateway;
beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl')).start();
});
afterAll(() => gateway.stop());

const operations = Object.entries(bentomlDocs.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

test('the document is served even before Redis answers or a model is registered', async () => {
  const answer = await fetch(`${gateway.url}/docs.json`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  const docs = (await answer.json()) as typeof bentomlDocs;
  expect(docs).toEqual(bentomlDocs);
  expect(docs).toMatchObject({ openapi: '3.0.2', info: { title: 'BentoML Prediction Service' } });
  expect(docs.tags.map(({ name }) => name)).toEqual(['Service APIs', 'Infrastructure']);
});

test('the document describes /generate as a form with a file and a text, under the name from which clients generate a method', () => {
  const { post } = bentomlDocs.paths['/generate'];
  expect(post).toMatchObject({ tags: ['Service APIs'], operationId: 'BlipImageCaptioning__generate' });
  // Swagger UI offers the first kind of body, and a file to choose for format binary.
  const [type, { schema }] = Object.entries(post.requestBody.content)[0]!;
  expect([type, schema.$ref]).toEqual(['multipart/form-data', '#/components/schemas/generate__Input']);
  expect(bentomlDocs.components.schemas.generate__Input).toMatchObject({
    required: ['img'],
    properties: { img: { type: 'string', format: 'binary' }, txt: { type: 'string', nullable: true } },
  });
});

test('operation ids are unique and references lead somewhere', () => {
  const ids = operations.map(({ operation }) => operation.operationId).filter((id) => id !== undefined);
  expect(new Set(ids).size).toBe(6);
  expect(ids).toHaveLength(6);
  const refs = JSON.stringify(bentomlDocs).matchAll(/"#\/components\/schemas\/(\w+)"/g);
  for (const [, name] of refs) expect(bentomlDocs.components.schemas).toHaveProperty(name!);
});

test.each(operations)('$method $path is a route', async ({ method, path }) => {
  const answer = await fetch(gateway.url + path, { method });
  expect([404, 405]).not.toContain(answer.status);
});
