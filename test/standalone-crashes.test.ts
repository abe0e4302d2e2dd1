import { afterAll, beforeAll, expect, test } from 'vitest';
import { exampleCaptions, exampleNames, finished, submit } from './captions-client.js';
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

/** Submits many captions, kills a process as soon as the first has come back, and returns how all of them ended. */
async function killUnderLoad(part: string) {
  const names = Array.from({ length: 12 }, () => exampleNames).flat();
  const submitted = await Promise.all(names.map(async (name) => ({ name, id: (await submit(blipq.url, name)).id })));
  const ends = submitted.map(async ({ name, id }) => ({ name, ...(await finished(blipq.url, id)) }));
  await Promise.race(ends);
  const { pid } = blipq.process(part);
  process.kill(pid, 'SIGKILL');
  const captions = await Promise.all(ends);
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
  await expect
    .poll(() =>
      fetch(`${blipq.url}/readyz`).then(
        (response) => response.status,
        () => 0,
      ),
    )
    .toBe(200);
  expect(blipq.process('apps/gateway').pid).not.toBe(pid);
});
