import { spawnSync } from 'node:child_process';
import { OwnAuthority, OwnCluster, OwnRedis, OwnSentinels } from '@blipq/test-servers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { QueueProcess } from '../testing/queue-process.js';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

type Name = ConstructorParameters<typeof OwnAuthority>[0];

function authorityFor(name?: Name): OwnAuthority {
  const authority = new OwnAuthority(name);
  onTestFinished(() => authority.remove());
  return authority;
}

function queueAt(url: string, authority?: OwnAuthority): QueueProcess {
  const queue = new QueueProcess(url, authority?.file);
  onTestFinished(() => queue.stop());
  return queue;
}

test.skipIf(!hasOpenssl)('TLS with an authority of its own, which NODE_EXTRA_CA_CERTS names: one server', async () => {
  const authority = authorityFor();
  const server = await OwnRedis.create({ authority });
  onTestFinished(() => server.remove());
  await server.start();
  await says(queueAt(server.url), untrusted);
  const queue = queueAt(server.url, authority);
  await works(queue);
});

test.skipIf(!hasOpenssl)('TLS to sentinels, their master and the replica that takes over when it freezes', async () => {
  const authority = authorityFor();
  const sentinels = await OwnSentinels.start({ authority });
  onTestFinished(() => sentinels.remove());
  await says(queueAt(sentinels.url), untrusted);
  const queue = queueAt(sentinels.url, authority);
  await works(queue);
  (await sentinels.master()).signal('SIGSTOP');
  await goesOn(queue);
});

test.skipIf(!hasOpenssl).each<NonNullable<Name>>(['127.0.0.1', 'localhost'])(
  'TLS to the nodes of a cluster that are known as %s, and the replica that takes over when a master is killed',
  async (name) => {
    const authority = authorityFor(name);
    const cluster = await OwnCluster.start({ authority });
    onTestFinished(() => cluster.remove());
    await says(queueAt(cluster.url), untrusted);
    const queue = queueAt(cluster.url, authority);
    await works(queue);
    await (await cluster.masterOf(await queue.ask('root'))).kill();
    await goesOn(queue);
  },
);

/** Once it has connected: that may take longer than its start waits for. */
async function says(queue: QueueProcess, trouble: RegExp): Promise<void> {
  await vi.waitFor(async () => expect(await queue.ask('trouble')).toMatch(trouble));
}

async function works(queue: QueueProcess): Promise<void> {
  await says(queue, /^none$/);
  await vi.waitFor(async () => expect(await queue.ask('caption')).toBe('succeeded'));
}

/** Captions are refused until another server is the master, and then made. */
async function goesOn(queue: QueueProcess): Promise<void> {
  expect(await queue.ask('caption')).toBe('queue_unavailable');
  await vi.waitFor(async () => expect(await queue.ask('caption')).toBe('succeeded'), {
    interval: 100,
  });
  await says(queue, /^none$/);
}

const untrusted = /^does not answer: .*(unable to verify|self-signed|unable to get)/;
