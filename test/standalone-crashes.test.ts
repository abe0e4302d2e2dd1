import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { exampleCaptions, exampleNames, finished, read, submit } from './captions-client.js';
import { Standalone, temporaryFolder } from './standalone.js';

const folder = temporaryFolder();
let blipq: Standalone;

beforeAll(async () => {
  blipq = await Standalone.ready({ BLIPQ_DIR: folder.path });
});
afterAll(async () => {
  await blipq?.destroy();
  folder.remove();
});

/** Submits many captions, kills a process while most of them wait or run, and returns how all of them ended. */
async function killUnderLoad(part: string) {
  const submitted: { name: string; id: string }[] = [];
  for (let round = 0; round < 6; round += 1) {
    submitted.push(
      ...(await Promise.all(exampleNames.map(async (name) => ({ name, id: (await submit(blipq.url, name)).id })))),
    );
  }
  const last = submitted.at(-1)!;
  const { pid } = blipq.process(part);
  process.kill(pid, 'SIGKILL');
  expect((await read(blipq.url, last.id)).state, 'it was killed under load').not.toBe('succeeded');
  const captions = await Promise.all(
    submitted.map(async ({ name, id }) => ({ name, ...(await finished(blipq.url, id)) })),
  );
  return { pid, captions };
}

test.each(['engine', 'apps/worker'])(
  'kill -9 of the %s process under load: every caption succeeds',
  async (part) => {
    const { pid, captions } = await killUnderLoad(part);
    const wrong = captions.filter(
      ({ name, state, caption }) => state !== 'succeeded' || caption?.text !== exampleCaptions[name],
    );
    expect(wrong).toEqual([]);
    expect(blipq.process(part).pid).not.toBe(pid);
  },
  180_000,
);

test('kill -9 of the gateway: it is back at the same address', async () => {
  const { pid } = blipq.process('apps/gateway');
  process.kill(pid, 'SIGKILL');
  await vi.waitFor(() => fetch(`${blipq.url}/readyz`).then(({ status }) => expect(status).toBe(200)), {
    timeout: 20_000,
  });
  expect(blipq.process('apps/gateway').pid).not.toBe(pid);
});
