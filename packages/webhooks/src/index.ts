export { isConnectable, type Network, parseNetworks } from './address-guard.js';
export { checkUrl, type UrlPolicy } from './check-url.js';
export { type Fetched, type FetchGuardedOptions, fetchGuarded } from './fetch-guarded.js';
export { createGuardedAgent, type GuardedAgent, type TargetPolicy } from './guarded-agent.js';
export {
  type GuardedRequestOptions,
  type GuardedResponse,
  guardedRequest,
  type ResponseHead,
} from './guarded-request.js';
export { type Resolve, resolveByDns, resolveBySystem } from './resolve.js';
