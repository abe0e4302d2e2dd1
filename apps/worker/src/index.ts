export { composeWorker } from './compose.js';
export { type WorkerConfig, workerSettings } from './config.js';
