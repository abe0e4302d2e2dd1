/**
 * Twice as much as the machine can caption, for a long time: the real processes on a Redis that writes everything to
 * disk, several callers of whom one floods, webhooks, waits, cancels and images that are none. Measures the capacity
 * first. Ends with 1 when something that must hold does not.
 *
 *   npm run bench:soak [-- --minutes 30]
 *
 * Needs `redis-server` on the PATH and everything built. Callers and receivers share the CPUs with what is measured.
 */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { secretOf, verifyWebhook } from '@blipq/webhooks';
import { Redis } from 'ioredis';
import sharp from 'sharp';
import { describeMachine } from './machine.js';
import { report, type SoakRun } from './soak-report.js';
import { censusOf, type Sample, takeSample } from './soak-samples.js';
import { SoakSystem } from './soak-system.js';
import { type Caller, type Images, SoakTraffic } from './soak-traffic.js';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    minutes: { type: 'string', default: '30' },
    overload: { type: 'string', default: '2' },
    'queue-max': { type: 'string', default: '200' },
    save: { type: 'string' },
  },
});
const soakS = Number(values.minutes) * 60;
const capacityS = Math.min(60, soakS / 4);
const queueMax = Number(values['queue-max']);
const sampleS = soakS >= 600 ? 5 : 1;
/** The least that can be set. What is kept this long is in steady state when the soak is measured. */
const retentionS = 60;

/** `part` of the requests, of 100. Capacity is 50: only `flood` asks for more than its share of it. */
const callers = [
  { name: 'flood', part: 80 },
  { name: 'steady', part: 5 },
  { name: 'heavy', part: 6, weight: 20 },
  { name: 'light', part: 2, weight: 1 },
  { name: 'capped', part: 4, queue_max: 3 },
  { name: 'limited', part: 3, rate_limit: { requests: 5, per_s: 10 } },
];

async function images(): Promise<Images> {
  const photo = fileURLToPath(new URL('../../test/images/coffee.png', import.meta.url));
  const good = await Promise.all(
    [64, 72, 80, 88].map((side) => sharp(photo).resize(side, side).jpeg({ quality: 70 }).toBuffer()),
  );
  return { good, bad: good[0]!.subarray(0, 300) };
}

const say = (line: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);

const system = new SoakSystem();
const ownSecrets = callers.map(({ name }) => secretOf(name, system.webhookSecret));
let traffic: SoakTraffic | undefined;
const receiver = createServer(async (incoming, response) => {
  // Each key has its own secret; the receiver is all of theirs.
  verifyWebhook(await text(incoming), incoming.headers, ownSecrets);
  const received = traffic!.webhooks.received;
  const id = String(incoming.headers['webhook-id']);
  received.set(id, (received.get(id) ?? 0) + 1);
  // One in fifty is asked for again.
  response.writeHead(Math.random() < 0.02 ? 500 : 204).end();
}).listen(0, '127.0.0.1');
await once(receiver, 'listening');
const receiverPort = (receiver.address() as AddressInfo).port;

const keys = callers.map(({ part: _, ...key }) => key);
await system.start({ keys, queueMax, receiverPort, retentionS });
const redis = new Redis(system.redisUrl);
const subscriber = new Redis(system.redisUrl);
const run: SoakRun = await soak().finally(async () => {
  traffic?.close();
  redis.disconnect();
  subscriber.disconnect();
  receiver.close();
  receiver.closeAllConnections();
});
const died = await system.stop();
const { markdown, failures } = report({ ...run, died });
console.log(markdown);
if (values.save !== undefined) writeFileSync(values.save, `${markdown}\n`);
process.exitCode = failures.length > 0 ? 1 : 0;

async function soak(): Promise<SoakRun> {
  const hook = `http://127.0.0.1:${receiverPort}/`;
  traffic = new SoakTraffic(system.url, hook, await images());
  const heard = traffic;
  subscriber.on('message', (_channel, message: string) => heard.changed(message));
  await subscriber.subscribe('blipq:{captions}:states');
  const known: Caller[] = callers.map(({ name, part }) => ({ name, part, secret: system.secrets.get(name)! }));
  const flood = known[0]!;
  await traffic.saturate(flood, 32, 5);
  const capacity = await traffic.saturate(flood, 32, capacityS);
  const overload = Number(values.overload);
  say(`capacity ${capacity.toFixed(1)} captions/s; offering ${overload} times as much for ${values.minutes} min`);

  const samples: Sample[] = [];
  const startedMs = performance.now();
  const atS = () => (performance.now() - startedMs) / 1000;
  const sampling = setInterval(() => {
    takeSample(system, redis, atS()).then(
      (sample) => samples.push(sample),
      (error: Error) => say(`no sample: ${error.message}`),
    );
  }, sampleS * 1000);
  const progress = setInterval(() => say(`${atS().toFixed(0)} s, ${traffic!.open.size} open`), 60_000);
  const warmUpS = soakS / 10;
  const offering = traffic.offer(known, capacity, overload, soakS);
  await new Promise((resolve) => setTimeout(resolve, warmUpS * 1000));
  const censuses = [await censusOf(redis)];
  await offering;
  censuses.push(await censusOf(redis));
  clearInterval(sampling);
  clearInterval(progress);
  const offeredForS = atS();
  say('no more is offered; waiting for the rest');
  await settled(traffic);
  return {
    ...{ machine: describeMachine(), minutes: Number(values.minutes), capacity, overload, offeredForS, queueMax },
    ...{ warmUpS, samples, censuses, traffic, callers: keys, died: [] },
  };
}

/** Until everything accepted has ended and every webhook has come, or for a minute. */
async function settled({ open, webhooks }: SoakTraffic): Promise<void> {
  for (let waitedS = 0; waitedS < 60; waitedS += 1) {
    const missing = [...webhooks.asked].some(
      (id) => !webhooks.received.has(`msg_${id}_succeeded`) && !webhooks.received.has(`msg_${id}_canceled`),
    );
    if (open.size === 0 && !missing) return;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
