/**
 * Measures the gateway alone: submits of 640×480 JPEGs per second with their latencies and the gateway's event-loop
 * delay, then the memory of a thousand clients that wait and a thousand that listen. The gateway, Redis and the clients
 * are processes of their own; no worker runs, so that nothing but the gateway is measured.
 *
 *   npm run bench:gateway [-- --seconds 15 --connections 16 --clients 1000 --heap 256]
 *
 * `--heap` is the gateway's first heap in MB, as its image sets it; 0 leaves Node its own.
 *
 * Needs `redis-server` on the PATH and everything built. What it prints is of this machine: clients and Redis share its
 * CPUs with the gateway.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ModelRegistry } from '@blipq/queue';
import { AppProcess, freePort, OwnRedis } from '@blipq/test-servers';
import { Redis } from 'ioredis';
import sharp from 'sharp';
import type { LoadOrder, LoadReport } from './gateway-load.js';

const { values: args } = parseArgs({
  options: {
    seconds: { type: 'string', default: '15' },
    connections: { type: 'string', default: '16' },
    clients: { type: 'string', default: '1000' },
    heap: { type: 'string', default: '256' },
  },
});
const root = new URL('../../', import.meta.url);
const path = (file: string) => fileURLToPath(new URL(file, root));

interface GatewayFigures {
  rssMb: number;
  cpuS: number;
  delayP50Ms: number;
  delayP99Ms: number;
  delayMaxMs: number;
}

/** The gateway as it is deployed, with a probe loaded beside it that reports on its event loop and memory. */
async function startGateway(env: Record<string, string>) {
  const probe = new URL('./gateway-probe.js', import.meta.url).href;
  const execArgv = [
    ...(args.heap === '0' ? [] : [`--initial-heap-size=${args.heap}`]),
    '--import',
    probe,
    '--expose-gc',
  ];
  const gateway = new AppProcess(
    'gateway',
    { ...env, BLIPQ_INTERNAL_PORT: '0', BLIPQ_LOG_LEVEL: 'warn' },
    { execArgv },
  );
  const { child } = await gateway.ready();
  const message = async (wanted: (one: Record<string, unknown>) => boolean) => {
    for await (const [one] of on(child)) if (wanted(one)) return one;
    throw new Error('the gateway ended');
  };
  const ask = async (question: 'reset' | 'figures'): Promise<GatewayFigures> => {
    const answer = message((one) => one.probe !== undefined);
    child.send({ probe: question });
    return (await answer).probe as GatewayFigures;
  };
  return { child, ask };
}

async function* on(child: ChildProcess): AsyncGenerator<[Record<string, unknown>]> {
  for (;;) yield (await once(child, 'message')) as [Record<string, unknown>];
}

async function load(order: LoadOrder): Promise<{ report: Promise<LoadReport>; stop: () => void }> {
  const child = fork(fileURLToPath(new URL('./gateway-load.js', import.meta.url)), { stdio: 'inherit' });
  const reported = once(child, 'message') as Promise<[LoadReport]>;
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the clients that ${order.kind} ended before they had reported`);
  });
  child.send(order);
  return { report: Promise.race([reported, ended]).then(([one]) => one), stop: () => child.kill() };
}

const folder = await mkdtemp(join(tmpdir(), 'blipq-bench-'));
const redis = await OwnRedis.create({ settings: { appendonly: 'no' } });
await redis.start();
const redisUrl = redis.url;
const client = new Redis(redisUrl);
/** CPU time so far of Redis, in seconds. */
const redisCpuS = async () => {
  const parts = [...(await client.info('cpu')).matchAll(/^used_cpu_(?:user|sys):([\d.]+)/gm)];
  return parts.reduce((sum, [, seconds]) => sum + Number(seconds), 0);
};
const port = await freePort();
const namespace = `bench-${randomBytes(4).toString('hex')}`;
/** Nobody captions what is submitted: there is room for all of it. */
const room = { BLIPQ_QUEUE_MAX: '1000000', BLIPQ_QUEUE_MB_MAX: '16384' };
const gateway = await startGateway({ PORT: String(port), REDIS_URL: redisUrl, BLIPQ_NAMESPACE: namespace, ...room });
try {
  const registry = new ModelRegistry({ redisUrl, namespace });
  await registry.start();
  await registry.register(
    {
      ...{ model: 'bench', revision: 'bench', task: 'captioning', image_size: 384, positions_max: 512 },
      ...{ precision: 'int8', device: 'cpu', generation_config: {}, text_config: {} },
    },
    await readFile(path('models/demo/tokenizer.json'), 'utf8'),
  );
  await registry.stop();
  const url = `http://127.0.0.1:${port}`;
  const image = join(folder, '640x480.jpg');
  await sharp(path('test/images/coffee.png')).resize(640, 480).jpeg({ quality: 85 }).toFile(image);
  const submit = { kind: 'submit', url, image, connections: Number(args.connections) } as const;

  console.log(`${availableParallelism()} CPUs, Node ${process.version}, JPEG 640×480, model input 384×384`);
  await (await load({ ...submit, seconds: 3 })).report;
  await gateway.ask('reset');
  const redisFrom = await redisCpuS();
  const order = { ...submit, seconds: Number(args.seconds) };
  const { count, failed, p50Ms, p99Ms, seconds, cpuS } = await (await load(order)).report;
  const busy = await gateway.ask('figures');
  const perSubmit = [busy.cpuS, (await redisCpuS()) - redisFrom, cpuS].map((one) => (1000 * one) / count);
  const inAll = perSubmit.reduce((sum, one) => sum + one);
  console.log(
    `submits/s          ${(count / seconds).toFixed(0)}  (${count} in ${seconds.toFixed(1)} s, ${failed} refused)`,
  );
  console.log(`latency            p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`);
  console.log(
    `event-loop delay   p50 ${busy.delayP50Ms.toFixed(1)} ms, p99 ${busy.delayP99Ms.toFixed(1)} ms, max ${busy.delayMaxMs.toFixed(1)} ms`,
  );
  const [ofGateway, ofRedis, ofClients] = perSubmit.map((one) => one.toFixed(2));
  console.log(`CPU ms per submit  gateway ${ofGateway}, decoders counted; Redis ${ofRedis}; clients ${ofClients}`);
  console.log(`two cores carry    ${(2000 / inAll).toFixed(0)} submits/s by that CPU, of all three`);
  console.log(`RSS after          ${busy.rssMb.toFixed(0)} MB`);

  for (const kind of ['wait', 'listen'] as const) {
    const before = await gateway.ask('figures');
    const clients = await load({ kind, url, image, connections: Number(args.clients) });
    await clients.report;
    const during = await gateway.ask('figures');
    const what = kind === 'wait' ? 'long-polling' : 'SSE';
    console.log(
      `${args.clients} ${what.padEnd(12)} RSS ${during.rssMb.toFixed(0)} MB, ${(during.rssMb - before.rssMb).toFixed(0)} MB more than without`,
    );
    clients.stop();
  }
} finally {
  gateway.child.kill();
  client.disconnect();
  await redis.remove();
  await rm(folder, { recursive: true });
}
