import { type ServicePart, StartupError } from '@blipq/service';
import { Redis } from 'ioredis';

const connectTimeoutMs = 3000;

/** Makes sure at the start that the Redis which the operator named answers and lets us in. */
export class RedisCheck implements ServicePart {
  constructor(readonly url: string) {}

  /** @throws StartupError with the address (without its password) and the reason */
  async start(): Promise<void> {
    const client = new Redis(this.url, {
      lazyConnect: true,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      connectTimeout: connectTimeoutMs,
      commandTimeout: connectTimeoutMs,
    });
    let reason: Error | undefined;
    client.on('error', (error: Error) => {
      reason = error;
    });
    try {
      await client.connect();
      await client.ping();
    } catch (error) {
      const { host } = new URL(this.url);
      const why = (reason ?? (error as Error)).message;
      throw new StartupError(
        `the Redis at ${host} (REDIS_URL) does not answer: ${why}; start it, or unset REDIS_URL to use a private one`,
      );
    } finally {
      client.disconnect();
    }
  }

  stop(): void {}
}
