import { createLogger, loadConfig, runService, startTracing } from '@blipq/service';
import { composeWorker } from './compose.js';
import { workerSettings } from './config.js';

await runService(async ({ stopping }) => {
  const { config, warnings } = loadConfig(workerSettings, process.env);
  const logger = createLogger({ name: 'worker', level: config.BLIPQ_LOG_LEVEL });
  for (const warning of warnings) logger.warn(warning);
  const tracing = await startTracing({ service: 'blipq-worker', env: process.env, logger });
  return [...tracing, ...composeWorker(config, logger, stopping)];
});
