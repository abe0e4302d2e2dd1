import {
  BlipqError,
  invalidField,
  type Task,
  taskNames,
  terminalStates,
  type WebhookEventType,
  type WebhookRequest,
  type WebhookTarget,
} from '@blipq/contracts';
import { createGuardedAgent, type GuardedAgent, type TargetPolicy } from '@blipq/webhooks';
import { type ApiKey, secretNameOf } from '../gates/api-keys.js';

/** Turns the webhooks of requests into the targets that records keep. */
export class WebhookTargets {
  readonly #agent: GuardedAgent;

  /** @throws Error when a network of the allow-list is none */
  constructor(policy: TargetPolicy) {
    this.#agent = createGuardedAgent(policy);
  }

  /** @throws BlipqError `invalid_params`; `url_blocked` for an address that is refused without a look-up in DNS */
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

  /** The target of a batch and of all its items. The events decide which of them notify it. */
  ofBatch({ url, events = ['batch.completed'] }: WebhookRequest, key?: ApiKey): WebhookTarget {
    return this.#target(url, events, key);
  }

  /** The target of a test, which asks for no event. */
  ofTest(url: string, key?: ApiKey): WebhookTarget {
    return this.#target(url, [], key, 'url');
  }

  #target(url: string, events: WebhookEventType[], key: ApiKey | undefined, field = 'webhook.url'): WebhookTarget {
    inField(field, () => this.#agent.checkUrl(url));
    return { url, events: [...new Set(events)], secret: secretNameOf(key) };
  }
}

/** Names the field in the error of a check. */
function inField(field: string, check: () => unknown): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof BlipqError)) throw error;
    throw new BlipqError(error.code, `${field}: ${error.detail}`, { errors: [{ field, message: error.detail }] });
  }
}
