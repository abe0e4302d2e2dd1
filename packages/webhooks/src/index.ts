export { isConnectable, type Network, parseNetworks } from './address-guard.js';
export { checkUrl, type UrlPolicy } from './check-url.js';
export { type DeliverOptions, type DeliverOutcome, type Delivery, deliverWebhook } from './deliver.js';
export { type Fetched, type FetchGuardedOptions, fetchGuarded, UnusableAnswer } from './fetch-guarded.js';
export { createGuardedAgent, type GuardedAgent, type TargetPolicy } from './guarded-agent.js';
export {
  type GuardedRequestOptions,
  type GuardedResponse,
  guardedRequest,
  type ResponseHead,
} from './guarded-request.js';
export { HostGate, type HostGateOptions, type HostTurn, type HostVerdict, type SentAway } from './host-gate.js';
export { type Resolve, resolveByDns, resolveBySystem } from './resolve.js';
export { parseRetryAfter, type RetryPauseOptions, retryPauseMs, retryScheduleMs } from './retry-schedule.js';
export { keyOf, newWebhookSecret, secretOf } from './secret.js';
export { signWebhook, type WebhookHeaders, type WebhookMessage } from './sign.js';
export { type SecretSettings, SigningSecrets } from './signing-secrets.js';
export { type VerifyOptions, verifyWebhook, WebhookVerificationError } from './verify.js';
