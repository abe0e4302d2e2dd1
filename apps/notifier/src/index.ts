export { composeNotifier } from './compose.js';
export { type NotifierConfig, notifierSettings } from './config.js';
