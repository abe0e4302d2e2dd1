import { createLogger, loadConfig, runService } from '@blipq/service';
import { composeNotifier } from './compose.js';
import { notifierSettings } from './config.js';

await runService(({ stopping }) => {
  const { config, warnings } = loadConfig(notifierSettings, process.env);
  const logger = createLogger({ name: 'notifier', level: config.BLIPQ_LOG_LEVEL });
  for (const warning of warnings) logger.warn(warning);
  return composeNotifier(config, logger, { stopping });
});
