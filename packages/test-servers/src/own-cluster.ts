import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.js';
import type { OwnAuthority } from './own-authority.js';
import { OwnRedis, type OwnRedisOptions } from './own-redis.js';

const masters = 3;
const slots = 16_384;

/** Masters wait five seconds for further replicas otherwise. */
export const syncAtOnce = { 'repl-diskless-sync-delay': '0' };

/** A cluster of three masters, each with a replica. It replaces a master that is silent for two seconds. */
export class OwnCluster {
  readonly nodes: readonly OwnRedis[];

  readonly #authority: OwnAuthority | undefined;

  private constructor(nodes: OwnRedis[], authority: OwnAuthority | undefined) {
    this.nodes = nodes;
    this.#authority = authority;
  }

  /** Addresses of the three that are masters at first, as REDIS_URL has them. */
  get url(): string {
    const { name = '127.0.0.1' } = this.#authority ?? {};
    const hosts = this.nodes.slice(0, masters).map(({ port }) => `${name}:${port}`);
    return `${this.#authority === undefined ? 'redis' : 'rediss'}-cluster://${hosts.join(',')}`;
  }

  /** Resolves when every slot is served and every replica has its master's data. */
  static async start({ settings = {}, ...options }: OwnRedisOptions = {}): Promise<OwnCluster> {
    const { authority } = options;
    // Nodes send clients to the name that their certificate is for.
    const names = { 'cluster-announce-hostname': 'localhost', 'cluster-preferred-endpoint-type': 'hostname' };
    const timing = { 'cluster-node-timeout': '2000', 'cluster-replica-validity-factor': '0', ...syncAtOnce };
    const buses = await Promise.all(Array.from({ length: 2 * masters }, () => freePort()));
    const nodes = await Promise.all(
      buses.map((bus) => {
        const own = { 'cluster-enabled': 'yes', 'cluster-port': String(bus), ...timing };
        if (authority?.name === 'localhost') Object.assign(own, names);
        return OwnRedis.create({ ...options, settings: { ...own, ...settings } });
      }),
    );
    const cluster = new OwnCluster(nodes, authority);
    await Promise.all(nodes.map((node) => node.start()));
    await cluster.#join(buses);
    return cluster;
  }

  async #join(buses: number[]): Promise<void> {
    const [first, ...others] = this.nodes.map((node) => node.client());
    const clients = [first!, ...others];
    await Promise.all(clients.map((client, i) => client.cluster('SET-CONFIG-EPOCH', i + 1)));
    for (const [i, { port }] of this.nodes.entries()) await first!.cluster('MEET', '127.0.0.1', port, buses[i]!);
    for (let i = 0; i < masters; i += 1) {
      const [from, to] = [Math.floor((i * slots) / masters), Math.floor(((i + 1) * slots) / masters) - 1];
      await clients[i]!.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
    }
    const ids = await Promise.all(clients.map((client) => client.cluster('MYID') as Promise<string>));
    for (const [i, replica] of clients.slice(masters).entries()) {
      await until(async () => String(await replica.cluster('NODES')).includes(ids[i]!));
      await replica.cluster('REPLICATE', ids[i]!);
    }
    for (const client of clients) await until(async () => isWhole(String(await client.cluster('INFO'))));
    for (const replica of clients.slice(masters)) {
      await until(async () => isFollowing(await replica.info('replication')));
    }
    for (const client of clients) client.disconnect();
  }

  /** The node that has a key now, asked of another than itself where possible. Resolves when one knows. */
  async masterOf(key: string): Promise<OwnRedis> {
    for (let turn = 0; ; turn += 1) {
      const owner = await this.#ownerBy(this.nodes[turn % this.nodes.length]!, key);
      if (owner !== undefined) return owner;
    }
  }

  async #ownerBy(node: OwnRedis, key: string): Promise<OwnRedis | undefined> {
    // A node that is frozen does not answer: another knows.
    const client = node.client({ retryStrategy: null, commandTimeout: 500 });
    client.on('error', () => {});
    try {
      const slot = await client.cluster('KEYSLOT', key);
      for (const [from, to, master] of await client.cluster('SLOTS')) {
        const port = (master as unknown as [string, number])[1];
        const owner = this.nodes.find((one) => one.port === port);
        if (slot >= Number(from) && slot <= Number(to) && owner !== undefined) return owner;
      }
      return undefined;
    } catch {
      return undefined;
    } finally {
      client.disconnect();
    }
  }

  async remove(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.remove()));
  }
}

function isWhole(info: string): boolean {
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${2 * masters}`);
}

/** Whether a replica has its master's data. */
export function isFollowing(replicationInfo: string): boolean {
  return replicationInfo.includes('master_link_status:up');
}

/** Servers do not say when they have heard of each other. */
export async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await delay(50);
}
