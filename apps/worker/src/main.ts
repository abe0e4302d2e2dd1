import { createLogger, loadConfig, runService } from '@blipq/service';
import { composeWorker } from './compose.js';
import { workerSettings } from './config.js';

await runService(({ stopping }) => {
  const { config, warnings } = loadConfig(workerSettings, process.env);
  const logger = createLogger({ name: 'worker', level: config.BLIPQ_LOG_LEVEL });
  for (const warning of warnings) logger.warn(warning);
  return composeWorker(config, logger, stopping);
});
