import { newWebhookSecret } from '@blipq/webhooks';
import { BatchCaller } from './batch-caller.js';
import { Caller } from './caller.js';
import { Client } from './client.js';
import { Course } from './course.js';
import type { History } from './history.js';
import { ImageHosts } from './image-hosts.js';
import { loadImage } from './images.js';
import { Ledger } from './ledger.js';
import type { Plan } from './plan.js';
import type { Profile } from './profiles.js';
import { Receiver } from './receiver.js';
import { GatewayService } from './service.js';
import { System } from './system.js';

export interface RunOptions {
  profile: Profile;
  plan: Plan;
  /** For logs and built graphs. */
  folder: string;
  say: (line: string) => void;
}

/** Carries out a plan and tells all that was seen. */
export async function run(options: RunOptions): Promise<History> {
  const ledger = new Ledger();
  const secret = newWebhookSecret();
  const images = await Promise.all(options.plan.scenes.map(({ image }) => loadImage(image)));
  const hosts = await ImageHosts.start(images);
  const receivers = await Promise.all(
    Array.from({ length: options.profile.receivers }, () => Receiver.start(ledger, secret)),
  );
  const receiverPorts = receivers.map(({ port }) => port);
  const onCollapse = (what: string) => ledger.collapsed(what);
  const steppedClock = options.plan.rounds.some(({ fault }) => fault.kind === 'redis-clock');
  const ports = { receiverPorts, imagePorts: hosts.ports };
  const system = await System.start({ ...options, ...ports, webhookSecret: secret, steppedClock, onCollapse });
  const service = new GatewayService(system.gateways);
  const over = new AbortController();
  try {
    const client = new Client(service, ledger, over.signal);
    const parts = { client, ledger, images, hosts, scenes: options.plan.scenes, receivers };
    const caller = new Caller(parts);
    const batchCaller = new BatchCaller(parts, caller);
    const course = new Course({ ...options, ledger, system, receivers, caller, batchCaller, over });
    await course.learn();
    await course.carryOut();
    await course.drain();
    return ledger.history();
  } finally {
    over.abort();
    service.stop();
    await system.stop();
    hosts.stop();
    await Promise.all(receivers.map((receiver) => receiver.stop()));
  }
}
