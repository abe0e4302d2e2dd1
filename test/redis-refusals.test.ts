import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  type App,
  AppProcess,
  freePort,
  type LogLine,
  OwnRedis,
  OwnSentinels,
  RedisRelay,
} from '../packages/test-servers/src/index.js';
import { newWebhookSecret } from '../packages/webhooks/src/index.js';

/** A process and where its probes and metrics are. */
interface Running {
  app: AppProcess;
  ready(): Promise<string>;
  /** How often it has met an error of Redis. */
  errors(): Promise<number>;
}

async function start(name: Exclude<App, 'worker'>, redisUrl: string): Promise<Running> {
  const [port, internal] = [await freePort(), await freePort()];
  const app = new AppProcess(name, {
    ...{ REDIS_URL: redisUrl, BLIPQ_NAMESPACE: `test-${randomUUID()}`, BLIPQ_WEBHOOK_SECRET: newWebhookSecret() },
    ...(name === 'gateway'
      ? { PORT: String(port), BLIPQ_INTERNAL_PORT: String(internal) }
      : { BLIPQ_HEALTH_PORT: String(port) }),
  });
  onTestFinished(() => app.kill('SIGKILL'));
  await app.ready();
  const get = async (at: number, path: string) => (await fetch(`http://127.0.0.1:${at}${path}`)).text();
  return {
    app,
    ready: () => get(port, '/readyz'),
    errors: async () => {
      const metrics = await get(name === 'gateway' ? internal : port, '/metrics');
      return Number(/^blipq_redis_errors_total(?:\{.*\})? (\d+)/m.exec(metrics)?.[1]);
    },
  };
}

const startBoth = (redisUrl: string) =>
  Promise.all((['gateway', 'notifier'] as const).map((name) => start(name, redisUrl)));

/** What kind of warning a line is. */
function kindOf({ code, err }: LogLine): unknown {
  const error = err as { code?: string; message: string } | undefined;
  return code ?? error?.code ?? error?.message;
}

/** What is logged again after a minute, of what lasts. */
const remindMs = 59_000;

/** The warnings of a process without its reminders. */
function warnings({ app }: Running): LogLine[] {
  const last = new Map<unknown, number>();
  return app.log.filter((line) => {
    if (Number(line.level) < 40) return false;
    const [kind, at] = [kindOf(line) ?? line.msg, Number(line.time)];
    const isReminder = at - (last.get(kind) ?? at) >= remindMs;
    last.set(kind, at);
    return !isReminder;
  });
}

/** Nothing is said twice, and nothing beside the log. */
function expectOnce(running: Running): void {
  const kinds = warnings(running).map(kindOf);
  expect(kinds).toEqual([...new Set(kinds)]);
  expect(running.app.stderr).toEqual([]);
}

async function server(settings: Record<string, string> = {}) {
  const own = await OwnRedis.create({ settings: { appendfsync: 'no', ...settings } });
  onTestFinished(() => own.remove());
  await own.start();
  return own;
}

const refusing = {
  NOAUTH: async () => (await server({ requirepass: 's3cret' })).url,
  DENIED: async () => {
    // Any address but 127.0.0.1 is another machine's to Redis.
    const relay = await RedisRelay.start((await server()).url, '127.0.0.2');
    onTestFinished(() => relay.stop());
    return relay.url;
  },
};

test.each(Object.entries(refusing))(
  '%s is one line of each process and its reason for being unready',
  async (code, url) => {
    for (const running of await startBoth(await url())) {
      await vi.waitFor(async () => expect(await running.ready()).toContain(`(${code}); `));
      await vi.waitFor(async () => expect(await running.errors()).toBeGreaterThan(10));
      expectOnce(running);
      const said = warnings(running).filter((line) => line.code === code);
      expect(said).toMatchObject([{ msg: expect.stringMatching(`^Redis .*\\(${code}\\); `) }]);
    }
  },
);

test('what Redis refuses later, and takes again, is a line each', async () => {
  const own = await server();
  const admin = own.client();
  onTestFinished(() => admin.disconnect());
  const both = await startBoth(own.url);
  await admin.config('SET', 'min-replicas-to-write', 1);
  for (const running of both) {
    await vi.waitFor(async () => expect(await running.ready()).toContain('(NOREPLICAS); '));
    await vi.waitFor(() => expect(warnings(running)).toMatchObject([{ code: 'NOREPLICAS' }]));
  }
  await admin.config('SET', 'min-replicas-to-write', 0);
  for (const running of both) {
    await vi.waitFor(async () => expect(await running.ready()).not.toContain('NOREPLICAS'));
    await running.app.logged('Redis answers again');
    expect(warnings(running)).toHaveLength(1);
    expect(running.app.stderr).toEqual([]);
  }
});

test('while its sentinels are down, a process prints nothing but its own lines', async () => {
  const sentinels = await OwnSentinels.start();
  onTestFinished(() => sentinels.remove());
  const both = await startBoth(sentinels.url);
  for (const own of [...sentinels.sentinels, ...sentinels.servers]) await own.kill();
  for (const running of both) {
    await vi.waitFor(async () => expect(await running.ready()).toContain('ECONNREFUSED'));
    await vi.waitFor(async () => expect(await running.errors()).toBeGreaterThan(10));
    expectOnce(running);
    expect(warnings(running).filter(({ code }) => code === 'SENTINELS')).toHaveLength(1);
  }
});
