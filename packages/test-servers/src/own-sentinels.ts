import type { OwnAuthority } from './own-authority.js';
import { isFollowing, syncAtOnce, until } from './own-cluster.js';
import { OwnRedis, type OwnRedisOptions } from './own-redis.js';

const password = 'of-the-data';
const sentinelPassword = 'of-the-sentinels';
const master = 'main';
const quorum = 2;

/** A master, a replica, and three sentinels that replace a master that is silent for a second. All have passwords. */
export class OwnSentinels {
  readonly password = password;
  readonly servers: readonly OwnRedis[];
  readonly sentinels: readonly OwnRedis[];

  readonly #authority: OwnAuthority | undefined;

  private constructor(servers: OwnRedis[], sentinels: OwnRedis[], authority: OwnAuthority | undefined) {
    this.servers = servers;
    this.sentinels = sentinels;
    this.#authority = authority;
  }

  /** As REDIS_URL has it. */
  get url(): string {
    const hosts = this.sentinels.map(({ port }) => `127.0.0.1:${port}`);
    const scheme = this.#authority === undefined ? 'redis-sentinel' : 'rediss-sentinel';
    return `${scheme}://:${password}@${hosts.join(',')}/1?sentinelPassword=${sentinelPassword}#${master}`;
  }

  /** Resolves when the replica has the master's data and the sentinels know it and each other. */
  static async start({ settings = {}, ...options }: OwnRedisOptions = {}): Promise<OwnSentinels> {
    const access = { requirepass: password, masterauth: password, ...syncAtOnce, ...settings };
    const first = await OwnRedis.create({ ...options, settings: access });
    const second = await OwnRedis.create({
      ...options,
      settings: { ...access, replicaof: `127.0.0.1 ${first.port}` },
    });
    await first.start();
    await second.start();
    const replica = second.client({ password });
    await until(async () => isFollowing(await replica.info('replication')));
    replica.disconnect();
    const sentinel = [
      `requirepass ${sentinelPassword}`,
      `sentinel sentinel-pass ${sentinelPassword}`,
      `sentinel monitor ${master} 127.0.0.1 ${first.port} ${quorum}`,
      `sentinel auth-pass ${master} ${password}`,
      `sentinel down-after-milliseconds ${master} 1000`,
      `sentinel failover-timeout ${master} 4000`,
    ];
    const sentinels = await Promise.all([1, 2, 3].map(() => OwnRedis.create({ ...options, sentinel })));
    await Promise.all(sentinels.map((one) => one.start()));
    const own = new OwnSentinels([first, second], sentinels, options.authority);
    for (const sentinel of sentinels) {
      const client = sentinel.client({ password: sentinelPassword });
      await until(async () => {
        const facts = packed((await client.call('SENTINEL', 'MASTER', master)) as string[]);
        return facts['num-slaves'] === '1' && facts['num-other-sentinels'] === '2';
      });
      client.disconnect();
    }
    return own;
  }

  /** The server that is the master by the sentinels' word. */
  async master(): Promise<OwnRedis> {
    const client = this.sentinels[0]!.client({ password: sentinelPassword });
    const [, port] = (await client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', master)) as [string, string];
    client.disconnect();
    return this.servers.find((one) => one.port === Number(port))!;
  }

  async remove(): Promise<void> {
    await Promise.all([...this.sentinels, ...this.servers].map((one) => one.remove()));
  }
}

/** RESP3 has maps for it, RESP2 lists. */
function packed(reply: string[] | Record<string, string>): Record<string, string> {
  if (!Array.isArray(reply)) return reply;
  return Object.fromEntries(reply.flatMap((name, i) => (i % 2 === 0 ? [[name, reply[i + 1]!]] : [])));
}
