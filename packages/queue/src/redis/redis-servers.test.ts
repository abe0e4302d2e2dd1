import { spawnSync } from 'node:child_process';
import { OwnCluster, OwnRedis, OwnSentinels } from '@blipq/test-servers';
import { expect, onTestFinished, test } from 'vitest';
import { wholeLife } from '../testing/whole-life.js';
import { WholeQueue } from '../testing/whole-queue.js';

async function live(url: string): Promise<WholeQueue> {
  const whole = await new WholeQueue(url).start();
  onTestFinished(() => whole.stop());
  await wholeLife(whole, url);
  return whole;
}

test('a cluster of three masters and their replicas', async () => {
  const cluster = await OwnCluster.start();
  onTestFinished(() => cluster.remove());
  await live(cluster.url);
});

test('a master and a replica under three sentinels, with passwords', async () => {
  const sentinels = await OwnSentinels.start();
  onTestFinished(() => sentinels.remove());
  await live(sentinels.url);
});

const hasValkey = spawnSync('valkey-server', ['--version']).status === 0;
test.skipIf(!hasValkey)(`Valkey${hasValkey ? '' : ' (there is no valkey-server on the PATH)'}`, async () => {
  const server = await OwnRedis.create({ program: 'valkey-server' });
  onTestFinished(() => server.remove());
  await server.start();
  await live(server.url);
});

test('one Redis behind a user name and a password, with the rights that BlipQ asks for, in another database', async () => {
  const server = await OwnRedis.create({ settings: { user: 'ada on >s3cret ~test-* &test-* +@all' } });
  onTestFinished(() => server.remove());
  await server.start();
  const whole = await live(`redis://ada:s3cret@127.0.0.1:${server.port}/3`);
  expect(whole.warnings).toEqual([]);
});
