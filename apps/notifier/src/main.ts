import { createLogger, helpOnRequest, loadConfig, runService, startTracing, takeConsole } from '@blipq/service';
import { composeNotifier } from './compose.js';
import { notifierSettings } from './config.js';

helpOnRequest('blipq notifier: delivers signed webhooks', notifierSettings);

await runService(async ({ stopping }) => {
  const { config, warnings } = loadConfig(notifierSettings, process.env);
  const logger = createLogger({ name: 'notifier', level: config.BLIPQ_LOG_LEVEL });
  takeConsole((text) => logger.warn(text));
  for (const warning of warnings) logger.warn(warning);
  const tracing = await startTracing({ service: 'blipq-notifier', env: process.env, logger });
  return [...tracing, ...composeNotifier(config, logger, { stopping })];
});
