import { createLogger, helpOnRequest, loadConfig, runService, startTracing, takeConsole } from '@blipq/service';
import { composeWorker } from './compose.js';
import { workerSettings } from './config.js';

helpOnRequest('blipq worker: takes work from the queue and runs the model', workerSettings);

await runService(async ({ stopping, stopWithin }) => {
  const { config, warnings } = loadConfig(workerSettings, process.env);
  stopWithin(config.BLIPQ_DRAIN_MS + 10_000);
  const logger = createLogger({ name: 'worker', level: config.BLIPQ_LOG_LEVEL });
  takeConsole((text) => logger.warn(text));
  for (const warning of warnings) logger.warn(warning);
  const tracing = await startTracing({ service: 'blipq-worker', env: process.env, logger });
  return [...tracing, ...composeWorker(config, logger, stopping)];
});
