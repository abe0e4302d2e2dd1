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

const engine = 'engine/dist/engine-process.js';

/**
 * Kills a process while captions are being made and others wait: the engine process is frozen first, so that its batch
 * is certainly still running. Returns how all captions ended.
 */
async function killMidBatch(part: string) {
  const frozen = blipq.process(engine);
  const victim = blipq.process(part);
  process.kill(frozen.pid, 'SIGSTOP');
  const submitted = await Promise.all(
    [...exampleNames, ...exampleNames, ...exampleNames].map(async (name) => ({
      name,
      id: (await submit(blipq.url, name)).id,
    })),
  );
  await vi.waitFor(async () => {
    const captions = await Promise.all(submitted.map(({ id }) => read(blipq.url, id)));
    expect(new Set(captions.map(({ state }) => state))).toEqual(new Set(['queued', 'processing']));
  });
  process.kill(victim.pid, 'SIGKILL');
  if (victim.pid !== frozen.pid) process.kill(frozen.pid, 'SIGCONT');
  return Promise.all(submitted.map(async ({ name, id }) => ({ name, ...(await finished(blipq.url, id)) })));
}

test.each([engine, 'apps/worker'])(
  'kill -9 of %s mid-batch: every caption succeeds, nothing old lives on',
  async (part) => {
    const before = [blipq.process(part).pid, blipq.process(engine).pid];
    const captions = await killMidBatch(part);
    const wrong = captions.filter(({ name, caption }) => caption?.text !== exampleCaptions[name]);
    expect(wrong).toEqual([]);
    const now = blipq.processes().map(({ pid }) => pid);
    expect(now.filter((pid) => before.includes(pid))).toEqual([]);
  },
  900_000,
);

test('kill -9 of the gateway: it is back at the same address', async () => {
  const { pid } = blipq.process('apps/gateway');
  process.kill(pid, 'SIGKILL');
  await vi.waitFor(() => fetch(`${blipq.url}/readyz`).then(({ status }) => expect(status).toBe(200)));
  expect(blipq.process('apps/gateway').pid).not.toBe(pid);
});
