import { readFile } from 'node:fs/promises';
import { expect, inject, onTestFinished, test } from 'vitest';
import { echoHandler, LiveGateway, repositoryFile } from '../apps/gateway/src/testing/live-gateway.js';

interface Node {
  name: string;
  parameters: {
    method?: string;
    url: string;
    headerParameters: { parameters: { name: string; value: string }[] };
    bodyParameters?: { parameters: { name: string; inputDataFieldName: string }[] };
    conditions: { conditions: { leftValue: string; rightValue: string }[] };
  };
}

const workflow = JSON.parse(await readFile(repositoryFile('examples/n8n/caption-an-image.json'), 'utf8'));
const photo = new Blob([await readFile(repositoryFile('test/images/rocket.jpg'))], { type: 'image/jpeg' });
const nodes = new Map<string, Node>(workflow.nodes.map((node: Node) => [node.name, node]));

/** The request that an HTTP Request node makes, its expressions replaced by values. */
async function send({ parameters }: Node, values: Record<string, string>) {
  const filled = (text: string) => text.replace(/^=/, '').replaceAll(/\{\{ (.+?) \}\}/g, (_, name) => values[name]!);
  const named = parameters.headerParameters.parameters;
  const headers = Object.fromEntries(named.map(({ name, value }) => [name, filled(value)]));
  const form = new FormData();
  for (const { name, inputDataFieldName } of parameters.bodyParameters?.parameters ?? []) {
    if (inputDataFieldName === 'data') form.append(name, photo, 'photo.jpg');
  }
  const { method = 'GET' } = parameters;
  const answer = await fetch(filled(parameters.url), { method, headers, ...(method === 'POST' && { body: form }) });
  return { status: answer.status, body: (await answer.json()) as { id: string; state: string } };
}

test('the requests of the n8n recipe submit an image once and wait for its caption', async () => {
  const gateway = await new LiveGateway(inject('redisUrl')).start();
  onTestFinished(() => gateway.stop());
  await gateway.registerModel();
  await gateway.work(echoHandler);
  const values = { "$('Settings').first().json.server": gateway.url, '$workflow.id': 'w', '$execution.id': '1' };
  const first = await send(nodes.get('Submit')!, values);
  const again = await send(nodes.get('Submit')!, values);
  expect([first.body.state, again.body.id]).toEqual(['succeeded', first.body.id]);
  const { status, body } = await send(nodes.get('Wait for it')!, { ...values, '$json.id': first.body.id });
  expect([status, body.state]).toEqual([200, 'succeeded']);
});

test('the n8n recipe asks again for exactly the states that have not ended, and its nodes are connected', () => {
  const [condition] = nodes.get('Still in hand?')!.parameters.conditions.conditions;
  expect(condition!.leftValue).toBe('={{ $json.state }}');
  const states = ['queued', 'processing', 'succeeded', 'failed', 'canceled', 'expired'];
  expect(states.filter((state) => new RegExp(condition!.rightValue).test(state))).toEqual(['queued', 'processing']);
  const targets = JSON.stringify(workflow.connections).matchAll(/"node":"([^"]+)"/g);
  for (const name of [...Object.keys(workflow.connections), ...[...targets].map(([, name]) => name!)]) {
    expect([...nodes.keys()]).toContain(name);
  }
});
