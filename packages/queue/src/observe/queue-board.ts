import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { type DeliveryJob, type DeliveryJobs, openDeliveryJobs } from '../deliveries/delivery-jobs.js';
import { deliveryKeys } from '../deliveries/delivery-keys.js';
import { JobQueues } from '../records/jobs.js';
import { jobsOf, modelKeys, modelOfJobs, queueKeys } from '../redis/keys.js';
import { QueueClient, type QueueClientOptions } from '../redis/queue-client.js';
import { asking } from '../redis/redis-client.js';
import { readManifest } from './read-manifest.js';

/** @bull-board's side of an HTTP server. */
export type BoardServer = Parameters<typeof createBullBoard>[0]['serverAdapter'];

export interface QueueBoardOptions extends QueueClientOptions {
  /** What serves it. */
  server: BoardServer;
  title: string;
}

/** Records own what becomes of captions; a job that is retried or deleted behind their back is out of step with them. */
const readOnly = { readOnlyMode: true, allowRetries: false };

/** @bull-board over the queues of all models and the notifier's, to be looked at. Loads @bull-board, so import it late. */
export class QueueBoard extends QueueClient {
  readonly #names: { jobs: string; manifests: string };
  readonly #jobs: JobQueues;
  readonly #deliveries: () => DeliveryJobs;
  readonly #shown = new Map<string, BullMQAdapter>();
  readonly #board: ReturnType<typeof createBullBoard>;
  #notify: DeliveryJobs | undefined;

  constructor({ server, title, onError = () => undefined, ...address }: QueueBoardOptions) {
    super({ ...address, onError });
    const keys = queueKeys(address);
    this.#names = { jobs: `${keys.bullPrefix}:names`, manifests: modelKeys(address.namespace).manifests };
    this.#jobs = new JobQueues(this.redis, keys, onError);
    this.#deliveries = () => openDeliveryJobs(this.redis, deliveryKeys(address), onError);
    this.#board = createBullBoard({ queues: [], serverAdapter: server, options: { uiConfig: { boardTitle: title } } });
  }

  override async start(): Promise<void> {
    await super.start();
    this.#notify = this.#deliveries();
    this.#shown.set(this.#notify.name, webhooks(this.#notify));
  }

  /**
   * Shows the queues that there are by now: of models that are registered, or that have had jobs. A model whose manifest
   * this version cannot read is shown once it has had jobs.
   */
  async refresh(): Promise<void> {
    const [names, manifests] = await asking(() =>
      Promise.all([this.redis.smembers(this.#names.jobs), this.redis.hvals(this.#names.manifests)]),
    );
    const registered = manifests.flatMap((json) => {
      const manifest = readManifest(json);
      return typeof manifest === 'string' ? [] : [jobsOf(manifest.task, manifest.model)];
    });
    for (const name of [...registered, ...names].sort()) {
      if (!this.#shown.has(name)) this.#shown.set(name, modelJobs(name, this.#jobs));
    }
    this.#board.setQueues([...this.#shown.values()]);
  }

  override async stop(): Promise<void> {
    await this.#jobs.close();
    await this.#notify?.close();
    await super.stop();
  }
}

/** A queue under a name for people. */
class ShownQueue extends BullMQAdapter {
  readonly #name: string;

  constructor(queue: ConstructorParameters<typeof BullMQAdapter>[0], name: string) {
    super(queue, readOnly);
    this.#name = name;
  }

  override getName(): string {
    return this.#name;
  }
}

function modelJobs(name: string, jobs: JobQueues): BullMQAdapter {
  const collection = name.slice(0, name.indexOf('.'));
  // The board decodes names once too often, and has them in paths: neither % nor / may be in one.
  const model = modelOfJobs(name).replaceAll('/', '\u2215').replaceAll('%', '_');
  return new ShownQueue(jobs.of(name), `${collection}: ${model}`);
}

/** A receiver's URL may hold a secret: its host will do. */
function webhooks(jobs: DeliveryJobs): BullMQAdapter {
  const adapter = new ShownQueue(jobs, 'webhooks');
  adapter.setFormatter('data', ({ url, ...data }: DeliveryJob) => ({ ...data, receiver: new URL(url).host }));
  return adapter;
}
