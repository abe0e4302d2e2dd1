import { createLogger, helpOnRequest, loadConfig, runService, startTracing, takeConsole } from '@blipq/service';
import { composeGateway } from './compose.js';
import { gatewaySettings } from './config.js';

helpOnRequest('blipq gateway: takes images over HTTP, queues the work and answers with its results', gatewaySettings);

await runService(async ({ stopWithin }) => {
  const { config, warnings } = loadConfig(gatewaySettings, process.env);
  stopWithin(config.BLIPQ_SHUTDOWN_DELAY_MS + config.BLIPQ_DRAIN_MS + 10_000);
  const logger = createLogger({ name: 'gateway', level: config.BLIPQ_LOG_LEVEL });
  takeConsole((text) => logger.warn(text));
  for (const warning of warnings) logger.warn(warning);
  const tracing = await startTracing({ service: 'blipq-gateway', env: process.env, logger });
  return [...tracing, ...composeGateway(config, logger).parts];
});
