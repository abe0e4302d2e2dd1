import type { CaptionQueue, DeliveryLog, QueueHealth } from '@blipq/queue';
import type { Logger } from '@blipq/service';
import type { Registry } from 'prom-client';
import type { BentomlMetrics } from './bentoml/bentoml-metrics.js';
import type { ApiKeys } from './gates/api-keys.js';
import type { OpenRequests } from './gates/open-requests.js';
import type { Places } from './gates/places.js';
import type { RateLimits } from './gates/rate-limits.js';
import type { UploadPlaces } from './gates/upload-admission.js';
import type { ServedModel } from './intake/served-model.js';
import type { WebhookTargets } from './intake/webhook-targets.js';
import type { CaptionIntake } from './intake/work-intake.js';

/** What the routes work with. */
export interface HttpAppParts extends UploadPlaces {
  intake: CaptionIntake;
  queue: CaptionQueue;
  health: QueueHealth;
  deliveries: DeliveryLog;
  webhooks: WebhookTargets;
  model: Pick<ServedModel, 'current' | 'list' | 'check'>;
  openRequests: OpenRequests;
  keys: ApiKeys;
  limits: RateLimits;
  logger: Logger;
  /** What `/metrics` prints. */
  metrics: Registry;
  bentomlMetrics: BentomlMetrics;
  /** How long `POST /generate` waits for its caption. */
  generateTimeoutS: number;
  /** Requests that wait for a caption or watch one. */
  waits: Places;
  /** Origins whose pages may call from a browser; `*` for all. */
  corsOrigins: string[];
  /** Express's `trust proxy`: hops, or addresses and networks. */
  trustProxy: number | string[];
}
