export { atEachTenth } from './at-each-tenth.js';
export { downloadWords } from './download-words.js';
export { inWords } from './free-space.js';
export { HubError, type HubErrorCode } from './hub-error.js';
export type { DownloadProgress } from './hub-model.js';
export { type HubOptions, type HubSettings, hubOptions, hubSettings, proxySettings } from './hub-options.js';
export type { Proxies } from './proxied-fetch.js';
export { nameOf, type Place, parseReference, type Reference, referenceList } from './reference.js';
export { type ResolvedAdapter, type ResolvedModel, type ResolveOptions, resolveModel } from './resolve-model.js';
