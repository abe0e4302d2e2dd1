import {
  BlipqError,
  invalidField,
  secretDefault,
  type Task,
  taskNames,
  terminalStates,
  type WebhookEventType,
  type WebhookRequest,
  type WebhookTarget,
} from '@blipq/contracts';
import { createGuardedAgent, type GuardedAgent, type TargetPolicy } from '@blipq/webhooks';
import type { ApiKey } from '../gates/api-keys.js';

/** Turns the webhooks that callers ask for into what a record keeps. */
export class WebhookTargets {
  readonly #agent: GuardedAgent;

  /** @throws Error when a network of the allow-list is none */
  constructor(policy: TargetPolicy) {
    this.#agent = createGuardedAgent(policy);
  }

  /** @throws BlipqError `url_blocked`, as far as that can be told without asking a resolver; `invalid_params` */
  of(task: Task, { url, events }: WebhookRequest, key?: ApiKey): WebhookTarget {
    const { object } = taskNames[task];
    const own: WebhookEventType[] = terminalStates.map((state) => `${object}.${state}` as const);
    if (events?.includes('batch.completed')) {
      throw invalidField('webhook.events', 'takes batch.completed for a batch only');
    }
    const stranger = events?.find((event) => !own.includes(event));
    if (stranger !== undefined)
      throw invalidField('webhook.events', `has ${stranger}, but it is ${own.join(', ')} here`);
    return this.#target(url, events ?? own, key);
  }

  /** One target for the batch, and one for each of its captions; the events decide which of them hears what. */
  ofBatch({ url, events = ['batch.completed'] }: WebhookRequest, key?: ApiKey): WebhookTarget {
    return this.#target(url, events, key);
  }

  #target(url: string, events: WebhookEventType[], key: ApiKey | undefined): WebhookTarget {
    inField('webhook.url', () => this.#agent.checkUrl(url));
    return { url, events: [...new Set(events)], secret: key?.webhookSecret ?? secretDefault };
  }
}

/** Has a refusal say which of a request's URLs it is about. */
function inField(field: string, check: () => unknown): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof BlipqError)) throw error;
    throw new BlipqError(error.code, `${field}: ${error.detail}`, { errors: [{ field, message: error.detail }] });
  }
}
