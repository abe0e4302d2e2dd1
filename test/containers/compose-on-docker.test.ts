import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyWebhook } from '../../packages/webhooks/src/index.js';
import { baseImages } from '../../tools/stand-in-images.mjs';
import { exampleCaptions, exampleImage, exampleNames, finished } from '../captions-client.js';
import { Composed, docker } from './composed.js';

/** `official` or `stand-ins`: what the images are built on. Set by npm run test:containers. */
const bases = process.env.BLIPQ_TEST_CONTAINERS;
const longMs = 1_800_000;
const ours = ['gateway', 'notifier', 'worker'];
const monitoring = bases === 'official' ? ['prometheus', 'grafana'] : [];
const services = [...ours, 'valkey', ...monitoring];
/** Settings that docker-compose.yml does not need, each of a process that is to get it. */
const settings = {
  BLIPQ_ADMIN_KEY: randomUUID(),
  BLIPQ_REUSE_S: '0',
  BLIPQ_WEBHOOK_PER_HOST: '3',
  BLIPQ_BATCH_MAX: '4',
};

describe.skipIf(bases === undefined)('docker-compose.yml on a Docker engine (npm run test:containers)', () => {
  let composed: Composed;
  const status = async (path: string) => (await fetch(composed.url + path).catch(() => undefined))?.status;
  const health = async (service: string) => (await composed.inspect(service)).State.Health?.Status;
  const allHealthy = async () => {
    for (const service of services)
      await expect.poll(() => health(service), { timeout: 600_000, interval: 1000, message: service }).toBe('healthy');
  };

  /** Submits a scene until it is accepted, with one idempotency key, as a caller should. */
  const submit = async (name: string): Promise<string> => {
    const key = randomUUID();
    for (;;) {
      const body = new FormData();
      body.set('image', exampleImage(name), name);
      body.set('webhook', 'http://receiver:8080/hook');
      const headers = { 'idempotency-key': key };
      const response = await fetch(`${composed.url}/v1/captions`, { method: 'POST', body, headers }).catch(
        () => undefined,
      );
      if (response?.ok) return ((await response.json()) as { id: string }).id;
      await expect.poll(() => status('/readyz'), { timeout: 600_000 }).toBe(200);
    }
  };
  const submitMany = async (count: number) => {
    const names = Array.from({ length: count }, (_, index) => exampleNames[index % exampleNames.length]!);
    const submitted: { name: string; id: string }[] = [];
    for (const name of names) submitted.push({ name, id: await submit(name) });
    return submitted;
  };
  /** Each has its caption, and its receiver one message with a right signature. */
  const allDelivered = async (submitted: { name: string; id: string }[]) => {
    for (const { name, id } of submitted) {
      await expect.poll(() => status('/readyz'), { timeout: 600_000 }).toBe(200);
      expect(await finished(composed.url, id)).toMatchObject({ caption: { text: exampleCaptions[name] } });
    }
    const wanted = submitted.map(({ id }) => id).toSorted();
    const idsTold = async () => {
      const told = new Map<string, string>();
      for (const { headers, body } of await composed.messages()) {
        const at = new Date(Number(headers['webhook-timestamp']) * 1000);
        const { data } = verifyWebhook<{ data: { id: string } }>(body, headers, composed.secret, { at });
        told.set(headers['webhook-id']!, data.id);
      }
      return [...told.values()].filter((id) => wanted.includes(id)).toSorted();
    };
    await expect.poll(idsTold, { timeout: 600_000, interval: 1000 }).toEqual(wanted);
  };

  beforeAll(async () => {
    composed = await Composed.prepare(bases === 'official' ? ['monitoring'] : [], settings);
    await composed.compose('build', '--quiet', ...ours);
    await composed.compose('up', '--detach', '--no-build');
  }, longMs);
  afterAll(() => composed?.remove(), longMs);

  test(
    'images weigh no more over their base than they may, and hold no package manager',
    async () => {
      const size = async (image: string) => Number(await docker('image', 'inspect', '--format', '{{.Size}}', image));
      const base = await size(baseImages().node.name);
      const megabytes: Record<string, number> = {};
      for (const name of ['gateway', 'notifier', 'worker-cpu'])
        megabytes[name] = ((await size(`blipq-${name}:${composed.settings.BLIPQ_TAG}`)) - base) / 1e6;
      process.stdout.write(`MB over the base: ${JSON.stringify(megabytes)}\n`);
      expect(megabytes.gateway).toBeLessThanOrEqual(90);
      expect(megabytes['worker-cpu']).toBeLessThanOrEqual(95);
      expect(megabytes.notifier).toBeLessThanOrEqual(40);
      const found = await docker(
        'run',
        '--rm',
        `blipq-gateway:${composed.settings.BLIPQ_TAG}`,
        'node',
        '-p',
        "['npm', 'npx', 'corepack', 'yarn'].filter((name) => require('node:fs').existsSync('/usr/local/bin/' + name)).join()",
      );
      expect(found.trim()).toBe('');
    },
    longMs,
  );

  test('every service becomes healthy', allHealthy, longMs);

  test(
    'a caption comes through, and its webhook, signed',
    async () => {
      await allDelivered(await submitMany(2));
    },
    longMs,
  );

  test(
    'settings of .env reach the processes that read them, and those that are not there stay unset',
    async () => {
      const environmentOf = async (service: string) =>
        await composed.exec(service, 'node', '-p', 'JSON.stringify(process.env)');
      const [gateway, notifier, worker] = (await Promise.all(ours.map(environmentOf))).map((text) => JSON.parse(text));
      expect(gateway).toMatchObject({ BLIPQ_ADMIN_KEY: settings.BLIPQ_ADMIN_KEY, BLIPQ_REUSE_S: '0' });
      expect(notifier).toMatchObject({ BLIPQ_WEBHOOK_PER_HOST: '3', BLIPQ_WEBHOOK_PORTS: '8080' });
      expect(worker).toMatchObject({ BLIPQ_BATCH_MAX: '4' });
      for (const one of [notifier, worker]) expect(one).not.toHaveProperty('BLIPQ_ADMIN_KEY');
      expect(gateway).not.toHaveProperty('BLIPQ_CORS_ORIGINS');
      expect(worker).not.toHaveProperty('BLIPQ_WEBHOOK_SECRET');
    },
    longMs,
  );

  test.each(ours)(
    '%s has a read-only root, no capabilities, an unprivileged user and bounds',
    async (service) => {
      const { HostConfig } = await composed.inspect(service);
      expect(HostConfig).toMatchObject({ ReadonlyRootfs: true, CapDrop: ['ALL'], LogConfig: { Type: 'local' } });
      expect(HostConfig.Memory).toBeGreaterThan(0);
      const script = `const { readFileSync, writeFileSync } = require('node:fs');
      const status = Object.fromEntries(readFileSync('/proc/self/status', 'utf8').split('\\n').map((line) => line.split(':\\t')));
      const writes = (path) => { try { writeFileSync(path, ''); return 'written'; } catch (error) { return error.code; } };
      console.log(JSON.stringify({ uid: process.getuid(), capabilities: status.CapEff + status.CapBnd, privileges: status.NoNewPrivs,
        root: writes('/app/x'), tmp: writes('/tmp/x') }));`;
      expect(JSON.parse(await composed.exec(service, 'node', '-e', script))).toEqual({
        uid: 10001,
        capabilities: '0'.repeat(32),
        privileges: '1',
        root: 'EROFS',
        tmp: 'written',
      });
    },
    longMs,
  );

  test(
    'a worker has no way out, and Valkey takes nobody without the password',
    async () => {
      const [[, { IPAddress }] = ['', { IPAddress: '' }]] = Object.entries(
        (await composed.inspect('receiver')).NetworkSettings.Networks,
      );
      const script = `require('node:net').connect({ host: '${IPAddress}', port: 8080 })
      .on('connect', () => { console.log('connected'); process.exit(); }).on('error', (error) => console.log(error.code))`;
      expect((await composed.exec('notifier', 'node', '-e', script)).trim()).toBe('connected');
      expect((await composed.exec('worker', 'node', '-e', script)).trim()).toBe('ENETUNREACH');
      const ping = composed.exec('valkey', 'env', '-u', 'REDISCLI_AUTH', 'valkey-cli', '-e', 'ping');
      await expect(ping).rejects.toThrow('NOAUTH');
    },
    longMs,
  );

  test(
    'work outlives crashes of every service, each of which is started again',
    async () => {
      const submitted: { name: string; id: string }[] = [];
      for (const service of [...ours, 'worker']) {
        submitted.push(...(await submitMany(6)));
        const { RestartCount } = await composed.inspect(service);
        await composed.crash(service);
        await expect
          .poll(async () => (await composed.inspect(service)).RestartCount, { timeout: 600_000 })
          .toBe(RestartCount + 1);
      }
      submitted.push(...(await submitMany(6)));
      await composed.compose('kill', 'valkey');
      await composed.compose('start', 'valkey');
      submitted.push(...(await submitMany(6)));
      await allDelivered(submitted);
    },
    longMs,
  );

  test(
    'a pause of Valkey, and of a worker, is waited for',
    async () => {
      const before = await submitMany(6);
      await composed.compose('pause', 'valkey');
      await expect.poll(() => status('/readyz'), { timeout: 600_000 }).toBe(503);
      expect(await status('/livez')).toBe(200);
      await composed.compose('unpause', 'valkey');
      await composed.compose('pause', 'worker');
      const meanwhile = await submitMany(6);
      await composed.compose('unpause', 'worker');
      await allDelivered([...before, ...meanwhile]);
    },
    longMs,
  );

  test(
    'down stops all of it and keeps what was accepted; up goes on with it',
    async () => {
      await composed.compose('stop', 'worker');
      const submitted = await submitMany(10);
      await composed.compose('down');
      expect((await composed.compose('ps', '--all', '--quiet')).trim()).toBe('');
      await composed.compose('up', '--detach', '--no-build');
      await allHealthy();
      await allDelivered(submitted);
    },
    longMs,
  );

  test(
    'memory stays under its limits',
    async () => {
      for (const service of services) {
        const { Name, State } = await composed.inspect(service);
        const [used] = (await docker('stats', '--no-stream', '--format', '{{.MemPerc}}', Name)).split('%');
        expect(State.OOMKilled, service).toBe(false);
        expect(Number(used), service).toBeGreaterThan(0);
        expect(Number(used), service).toBeLessThan(90);
      }
    },
    longMs,
  );

  test(
    'down --volumes leaves nothing behind',
    async () => {
      await composed.compose('down', '--volumes');
      expect(await composed.remains()).toEqual([]);
    },
    longMs,
  );
});
