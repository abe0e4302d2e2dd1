import { parseRedisUrl } from '@blipq/contracts';
import { QueueHealth } from '@blipq/queue';
import { type ServicePart, StartupError } from '@blipq/service';

const patienceMs = 3000;

/** Makes sure at the start that the Redis which the operator named answers, lets us in and can be trusted. */
export class RedisCheck implements ServicePart {
  constructor(readonly url: string) {}

  /** @throws StartupError with the address (without its password) and the reason */
  async start(): Promise<void> {
    const health = new QueueHealth({ redisUrl: this.url });
    try {
      await health.start();
      const trouble = await health.trouble(patienceMs);
      if (trouble === undefined) return;
      const hosts = parseRedisUrl(this.url)?.nodes.map(({ host, port }) => `${host}:${port}`);
      const advice = trouble.startsWith('does not answer')
        ? '; start it, correct REDIS_URL, or unset it to use a private one'
        : '';
      // What Redis says may be a sentence of its own.
      throw new StartupError(`the Redis at ${hosts} (REDIS_URL) ${trouble.replace(/\.$/, '')}${advice}`);
    } finally {
      health.stop();
    }
  }

  stop(): void {}
}
