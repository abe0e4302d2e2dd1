import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, inject, onTestFinished, test } from 'vitest';
import { echoHandler, LiveGateway, repositoryFile } from '../apps/gateway/src/testing/live-gateway.js';

const program = fileURLToPath(new URL('../examples/label-studio/backend.js', import.meta.url));
/** Label Studio's image captioning template. */
const template = `<View>
  <Image name="image" value="$captioning"/>
  <Header value="Describe the image:"/>
  <TextArea name="caption" toName="image" placeholder="Enter description here..." rows="5" maxSubmissions="1"/>
</View>`;

/** Gives an uploaded file to those who have the token. */
async function labelStudio(): Promise<string> {
  const photo = await readFile(repositoryFile('test/images/rocket.jpg'));
  const server = createServer((req, res) => {
    if (req.headers.authorization !== 'Token secret') res.writeHead(401).end();
    else if (req.url === '/data/upload/1/rocket.jpg') res.end(photo);
    else res.writeHead(404).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startBackend(environment: Record<string, string>) {
  const child = spawn(process.execPath, [program], { env: { PORT: '0', ...environment } });
  onTestFinished(async () => {
    child.kill();
    await once(child, 'exit');
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  const url = `http://127.0.0.1:${/port (\d+)/.exec(line)![1]}`;
  const call = async (path: string, body?: object) => {
    const headers = { 'content-type': 'application/json' };
    const init = body && { method: 'POST', headers, body: JSON.stringify(body) };
    const answer = await fetch(url + path, init);
    return { status: answer.status, body: await answer.json() };
  };
  return { call, errors: createInterface(child.stderr)[Symbol.asyncIterator]() };
}

test('the Label Studio backend suggests a caption for each task and says why it has none', async () => {
  const gateway = await new LiveGateway(inject('redisUrl')).start();
  onTestFinished(() => gateway.stop());
  const { call, errors } = await startBackend({
    BLIPQ_URL: gateway.url,
    LABEL_STUDIO_URL: await labelStudio(),
    LABEL_STUDIO_API_KEY: 'secret',
  });
  expect(await call('/health')).toEqual({ status: 200, body: { status: 'UP', model_class: 'BlipQ' } });
  const none = await call('/setup', { project: '1.1', schema: template });
  expect([none.status, none.body]).toEqual([503, { error: `${gateway.url} serves no captioning model` }]);

  await gateway.registerModel();
  await gateway.work(echoHandler);
  expect(await call('/setup', { project: '1.1', schema: template })).toMatchObject({
    status: 200,
    body: { model_version: 'demo' },
  });
  const tasks = [
    { id: 1, data: { captioning: '/data/upload/1/rocket.jpg' } },
    { id: 2, data: { captioning: '/data/upload/1/gone.jpg' } },
    { id: 3, data: { captioning: '/data/upload/1/rocket.jpg' } },
  ];
  const suggestion = {
    result: [{ from_name: 'caption', to_name: 'image', type: 'textarea', value: { text: ['echoed'] } }],
    score: expect.closeTo(Math.exp(-0.5)),
    model_version: 'demo',
  };
  const predicted = await call('/predict', { tasks, label_config: template });
  expect(predicted).toEqual({
    status: 200,
    body: { results: [suggestion, { result: [], score: 0 }, suggestion] },
  });
  expect((await errors.next()).value).toMatch(/^task 2: Label Studio answers 404 for \/data\/upload\/1\/gone.jpg/);

  const other = '<View><Image name="image" value="$image"/><Choices name="kind" toName="image"/></View>';
  expect((await call('/predict', { tasks, label_config: other })).status).toBe(400);
});
