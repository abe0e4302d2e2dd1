import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createClient } from '@hey-api/openapi-ts';
import openapiTypescript, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { rolldown } from 'rolldown';
import ts from 'typescript';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { echoHandler, LiveGateway, repositoryFile } from '../../apps/gateway/src/testing/live-gateway.js';

const here = fileURLToPath(new URL('./', import.meta.url));
/** Inside this package, so that what is generated finds the libraries that it imports. */
const folder = mkdtempSync(join(here, '.generated-'));
const photo = new Blob([await readFile(repositoryFile('test/images/rocket.jpg'))], { type: 'image/jpeg' });
const compilerOptions = {
  ...{ strict: true, types: [], outDir: 'out', module: 'ESNext', moduleResolution: 'Bundler' },
  ...{ target: 'ES2023', lib: ['ES2023', 'DOM', 'DOM.Iterable'] },
};
let gateway: LiveGateway;

const byOpenapiFetch = `
import createClient from 'openapi-fetch';
import type { paths } from './api.js';

export async function upload(baseUrl: string, photo: Blob): Promise<string | undefined> {
  const client = createClient<paths>({ baseUrl });
  const { data, error } = await client.POST('/v1/captions', {
    params: { header: { Prefer: 'wait=60' } },
    body: { image: photo, prompt: 'a', max_new_tokens: 5 },
    bodySerializer(body) {
      const form = new FormData();
      for (const [name, value] of Object.entries(body)) form.append(name, value instanceof Blob ? value : String(value));
      return form;
    },
  });
  if (error) throw new Error(error.detail);
  return data.caption?.text;
}`;

const byHeyApi = `
import { createCaption } from './hey-api';
import { createClient } from './hey-api/client';

export async function upload(baseUrl: string, photo: Blob): Promise<string | undefined> {
  const { data, error } = await createCaption({
    client: createClient({ baseUrl }),
    headers: { Prefer: 'wait=60' },
    body: { image: photo, prompt: 'a', max_new_tokens: 5 },
  });
  if (error) throw new Error(error.detail);
  return data?.caption?.text;
}`;

beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl')).start();
  await gateway.registerModel();
  await gateway.work(echoHandler);
  const input = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as OpenAPI3;
  await Promise.all([openapiTypes(input), heyApiClient(input)]);
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  writeFileSync(join(folder, 'by-openapi-fetch.ts'), byOpenapiFetch);
  writeFileSync(join(folder, 'by-hey-api.ts'), byHeyApi);
  const files = ['by-openapi-fetch.ts', 'by-hey-api.ts'];
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await gateway.stop();
});

/** As openapi-typescript documents files: https://openapi-ts.dev/node#example-blob-types */
async function openapiTypes(input: OpenAPI3): Promise<void> {
  const blob = ts.factory.createTypeReferenceNode('Blob');
  const transform = ({ format }: { format?: string }) => (format === 'binary' ? blob : undefined);
  writeFileSync(join(folder, 'api.ts'), astToString(await openapiTypescript(input, { transform })));
}

/** hey-api makes one kind of body for each operation, JSON where there is a choice, so it is told to take the form. */
async function heyApiClient(input: OpenAPI3): Promise<void> {
  const takeTheForm = (operation: { requestBody?: object }) => {
    const { content } = operation.requestBody as { content: Record<string, unknown> };
    delete content['application/json'];
  };
  await createClient({
    input: structuredClone<object>(input) as Record<string, unknown>,
    output: join(folder, 'hey-api'),
    logs: { level: 'silent', file: false },
    parser: { patch: { operations: { 'POST /v1/captions': takeTheForm } } },
  });
}

test('clients that openapi-fetch and hey-api make compile strictly and upload a file', async () => {
  const compiler = join(here, 'node_modules/typescript/bin/tsc');
  const { stdout } = await promisify(execFile)(process.execPath, [compiler, '-p', folder]).catch((error) => error);
  expect(stdout).toBe('');
  for (const name of ['by-openapi-fetch', 'by-hey-api']) {
    const bundle = await rolldown({ input: join(folder, `out/${name}.js`) });
    const { output } = await bundle.write({ file: join(folder, `${name}.mjs`) });
    expect(output).toHaveLength(1);
    const { upload } = await import(join(folder, `${name}.mjs`));
    expect(await upload(gateway.url, photo)).toBe('a echoed');
  }
});
