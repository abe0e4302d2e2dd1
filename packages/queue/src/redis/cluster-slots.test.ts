import { OwnCluster, type OwnRedis } from '@blipq/test-servers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { submission } from '../testing/fixtures.js';
import { Insistent } from '../testing/insistent.js';
import { WholeQueue, webhook } from '../testing/whole-queue.js';
import { queueKeys } from './keys.js';

const unavailable = { code: 'queue_unavailable', status: 503, retryable: true };

test('while the slot of a queue moves to another node, and while a cluster lacks nodes, work waits, and then goes on', async () => {
  const cluster = await OwnCluster.start();
  onTestFinished(() => cluster.remove());
  const whole = await new WholeQueue(cluster.url).start();
  onTestFinished(() => whole.stop());
  const acknowledged = await accepted(whole);
  const { root } = queueKeys({ namespace: whole.namespace });

  const move = await Move.begin(cluster, await cluster.masterOf(root), root);
  await move.half();
  await refuses(whole, 'TRYAGAIN');
  const cancels = await Promise.allSettled(acknowledged.map((id) => whole.queue.cancel(id)));
  for (const { reason } of cancels as PromiseRejectedResult[]) expect(reason).toMatchObject(unavailable);
  whole.go.open();
  await move.end();
  await doesAll(whole, acknowledged);

  const others = cluster.nodes.slice(0, 3).filter((node) => node !== move.from && node !== move.to);
  const lost = others.flatMap((node) => [node, cluster.nodes[cluster.nodes.indexOf(node) + 3]!]);
  await Promise.all(lost.map((node) => node.kill()));
  await refuses(whole, 'CLUSTERDOWN');
  await Promise.all(lost.map((node) => node.start()));
  await doesAll(whole, []);
});

/** Some that a worker has in hand, and some that wait. */
async function accepted(whole: WholeQueue): Promise<string[]> {
  const insistent = new Insistent(whole.queue);
  const ids = await Promise.all(Array.from({ length: 8 }, () => insistent.submit({ prompt: 'wait', webhook })));
  await vi.waitFor(async () => expect(await whole.census.take()).toMatchObject({ active: 4, waiting: 4 }));
  return ids;
}

/** Says why, and takes nothing. */
async function refuses({ health, queue, warnings }: WholeQueue, code: string): Promise<void> {
  await vi.waitFor(async () => expect(await health.trouble(60_000)).toContain(`(${code}); `));
  expect(warnings.filter((sentence) => sentence.includes(code))).toHaveLength(1);
  await expect(queue.submit(submission())).rejects.toMatchObject(unavailable);
}

async function doesAll(whole: WholeQueue, acknowledged: string[]): Promise<void> {
  const { health, queue, sent, census } = whole;
  const insistent = new Insistent(queue);
  await vi.waitFor(async () => expect(await health.trouble(60_000)).toBeUndefined());
  const ids = [...acknowledged, await insistent.submit({ webhook })];
  for (const id of ids) expect(await insistent.ended(id)).toMatchObject({ id, state: 'succeeded' });
  await vi.waitFor(() => expect(sent).toEqual(expect.arrayContaining(ids.map((id) => `msg_${id}_succeeded`))));
  await vi.waitFor(async () => expect(await census.take()).toMatchObject({ demand: 0, open: 0, outbox: 0 }));
  await vi.waitFor(async () => expect(await queue.load()).toMatchObject({ open: 0, bytes: 0 }));
}

/** As `redis-cli --cluster reshard` moves a slot. */
class Move {
  readonly from: OwnRedis;
  readonly to: OwnRedis;
  readonly #slot: number;

  private constructor(from: OwnRedis, to: OwnRedis, slot: number) {
    this.from = from;
    this.to = to;
    this.#slot = slot;
  }

  static async begin(cluster: OwnCluster, from: OwnRedis, key: string): Promise<Move> {
    const to = cluster.nodes.slice(0, 3).find((node) => node !== from)!;
    const move = new Move(from, to, Number(await asked(from, ['KEYSLOT', key])));
    const [fromId, toId] = [await asked(from, ['MYID']), await asked(to, ['MYID'])];
    await asked(to, ['SETSLOT', move.#slot, 'IMPORTING', String(fromId)]);
    await asked(from, ['SETSLOT', move.#slot, 'MIGRATING', String(toId)]);
    return move;
  }

  /** Moves every other key that is there. */
  async half(): Promise<void> {
    const keys = await this.#keys();
    await this.#migrate(keys.sort().filter((_, i) => i % 2 === 0));
  }

  /** Moves what is left, and has the slot served where its keys are. */
  async end(): Promise<void> {
    for (let keys = await this.#keys(); keys.length > 0; keys = await this.#keys()) await this.#migrate(keys);
    const id = String(await asked(this.to, ['MYID']));
    for (const node of [this.to, this.from]) await asked(node, ['SETSLOT', this.#slot, 'NODE', id]);
  }

  async #keys(): Promise<string[]> {
    return (await asked(this.from, ['GETKEYSINSLOT', this.#slot, 10_000])) as string[];
  }

  async #migrate(keys: string[]): Promise<void> {
    const client = this.from.client();
    await client.call('MIGRATE', '127.0.0.1', this.to.port, '', 0, 60_000, 'KEYS', ...keys);
    client.disconnect();
  }
}

async function asked(node: OwnRedis, command: (string | number)[]): Promise<unknown> {
  const client = node.client();
  return await client.call('CLUSTER', ...command).finally(() => client.disconnect());
}
