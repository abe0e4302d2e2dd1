import { OwnCluster, type OwnRedis, OwnSentinels } from '@blipq/test-servers';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test, vi } from 'vitest';
import { submission } from '../testing/fixtures.js';
import { Insistent } from '../testing/insistent.js';
import { WholeQueue, webhook } from '../testing/whole-queue.js';
import { queueKeys } from './keys.js';

const killed = ['SIGKILL', 'killed'] as const;
const frozen = ['SIGSTOP', 'frozen'] as const;

test.each([killed, frozen])('%s to the master of a cluster: its replica takes over', async (signal) => {
  const cluster = await OwnCluster.start();
  onTestFinished(() => cluster.remove());
  const whole = await started(cluster.url);
  const master = () => cluster.masterOf(queueKeys({ namespace: whole.namespace }).root);
  await survives(whole, await master(), signal);
  if (signal === 'SIGSTOP') await goesOn(whole);
});

test.each([killed, frozen])('%s to the master under sentinels: its replica takes over', async (signal) => {
  const sentinels = await OwnSentinels.start();
  onTestFinished(() => sentinels.remove());
  const whole = await started(sentinels.url);
  await survives(whole, await sentinels.master(), signal, sentinels.password);
  if (signal === 'SIGSTOP') await goesOn(whole);
});

test.each([
  ['cluster', () => OwnCluster.start(), (own: OwnCluster) => own.nodes],
  ['master with its sentinels', () => OwnSentinels.start(), (own: OwnSentinels) => [...own.servers, ...own.sentinels]],
] as const)('a %s that is away at the start, and later again, is used when it is there', async (_name, start, all) => {
  const own = await start();
  onTestFinished(() => own.remove());
  const servers = all(own as never);
  await Promise.all(servers.map((server) => server.kill()));
  const whole = await started(own.url);
  await expect(whole.queue.submit(submission())).rejects.toMatchObject({ code: 'queue_unavailable' });
  expect(await whole.health.trouble(1500)).toMatch(/^does not answer/);
  await Promise.all(servers.map((server) => server.start()));
  await back(whole);
  await Promise.all(servers.map((server) => server.kill()));
  await vi.waitFor(async () => expect(await whole.health.trouble(1500)).toMatch(/^does not answer/));
  // The worker has tried in vain to take a job.
  await vi.waitFor(() => expect(whole.errors.length).toBeGreaterThan(10));
  await Promise.all(servers.map((server) => server.start()));
  await back(whole);
});

async function back(whole: WholeQueue): Promise<void> {
  await vi.waitFor(async () => expect(await whole.health.trouble(60_000)).toBeUndefined());
  await goesOn(whole);
}

async function started(url: string): Promise<WholeQueue> {
  const whole = await new WholeQueue(url).start();
  onTestFinished(async () => {
    whole.go.open();
    await whole.stop();
  });
  return whole;
}

/** The replica has everything; then the master is gone while captions wait, are made, and are submitted. */
async function survives(whole: WholeQueue, master: OwnRedis, signal: NodeJS.Signals, password = ''): Promise<void> {
  const insistent = new Insistent(whole.queue);
  const acknowledged: string[] = [];
  for (let i = 0; i < 12; i += 1) {
    acknowledged.push(await insistent.submit({ prompt: 'wait', webhook }));
  }
  await vi.waitFor(async () => expect(await whole.census.take()).toMatchObject({ active: 4, waiting: 8 }));
  await replicated(master, password);
  if (signal === 'SIGKILL') await master.kill();
  else master.signal(signal);
  const errors: unknown[] = [];
  await vi.waitFor(
    async () => {
      try {
        acknowledged.push((await whole.queue.submit(submission({ webhook }))).work.id);
      } catch (error) {
        errors.push(error);
        throw error;
      }
    },
    { interval: 100 },
  );
  expect(errors.length).toBeGreaterThan(0);
  for (const error of errors) expect(error).toMatchObject({ code: 'queue_unavailable' });
  whole.go.open();
  for (const id of acknowledged) expect(await insistent.ended(id)).toMatchObject({ id, state: 'succeeded' });
  await vi.waitFor(() => expect(whole.sent).toEqual(expect.arrayContaining(acknowledged.map(succeeded))));
  await back(whole);
  master.signal('SIGCONT');
}

const succeeded = (id: string): string => `msg_${id}_succeeded`;

/** Cancels are heard, and captions made. */
async function goesOn(whole: WholeQueue): Promise<void> {
  const { queue } = whole;
  const insistent = new Insistent(queue);
  // Each connection comes back by itself: this one may take a moment longer than the one that readiness asks through.
  const id = await insistent.submit({ prompt: 'hold' });
  await vi.waitFor(async () => expect((await queue.read(id))?.state).toBe('processing'));
  await vi.waitFor(async () => {
    await queue.cancel(id).catch(() => undefined);
    expect((await queue.read(id))?.state).toBe('canceled');
  });
  expect((await insistent.ended(await insistent.submit())).state).toBe('succeeded');
}

/** Replication is asynchronous: what a replica has not heard of yet is lost with its master. */
async function replicated(master: OwnRedis, password: string): Promise<void> {
  const client = new Redis(master.url, { password });
  const info = async () => await client.info('replication');
  const written = Number(/master_repl_offset:(\d+)/.exec(await info())![1]);
  await vi.waitFor(async () => {
    expect(Number(/slave0:.*,offset=(\d+)/.exec(await info())![1])).toBeGreaterThanOrEqual(written);
  });
  client.disconnect();
}
