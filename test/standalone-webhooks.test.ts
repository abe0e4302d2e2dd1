import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { exampleCaptions, exampleImage, exampleNames } from './captions-client.js';
import { Standalone, temporaryFolder } from './standalone.js';
import { untilAnswered } from './until-answered.js';
import { Receiver } from './webhooks.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());

test('npm start posts what was captioned to who asked for it, signed with the secret that it made', async () => {
  let secret = '';
  // The secret is made by the start, so the receiver is told of it afterwards.
  const receiver = await Receiver.start(
    () => secret,
    (response) => void response.end(),
  );
  const blipq = await Standalone.ready({
    BLIPQ_DIR: folder.path,
    BLIPQ_NO_INSTALL: '1',
    BLIPQ_WEBHOOK_HTTP: '1',
    BLIPQ_WEBHOOK_ALLOW: '127.0.0.1',
    BLIPQ_WEBHOOK_PORTS: String(receiver.port),
  });
  onTestFinished(() => blipq.destroy());
  secret = readFileSync(join(folder.path, 'webhook-secret'), 'utf8').trim();

  const [name] = exampleNames;
  const body = new FormData();
  body.set('image', exampleImage(name!), name!);
  body.set('webhook', receiver.url);
  const response = await untilAnswered(() => fetch(`${blipq.url}/v1/captions`, { method: 'POST', body }));
  expect(response.status).toBe(202);
  const { id } = (await response.json()) as { id: string };
  await vi.waitFor(() => expect(receiver.messages).toHaveLength(1));
  expect(receiver.errors).toEqual([]);
  expect(receiver.messages[0]).toMatchObject({
    id: `msg_${id}_succeeded`,
    data: { id, state: 'succeeded', caption: { text: exampleCaptions[name!] } },
  });
  const log = `${blipq.url}/v1/captions/${id}/deliveries`;
  await vi.waitFor(async () => {
    const { data } = (await (await fetch(log)).json()) as { data: { state: string; attempts: unknown[] }[] };
    expect(data).toMatchObject([{ state: 'delivered', attempts: [{ status: 200, error: null }] }]);
  });
});
