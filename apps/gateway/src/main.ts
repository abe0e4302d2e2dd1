import { createLogger, loadConfig, runService } from '@blipq/service';
import { composeGateway } from './compose.js';
import { gatewaySettings } from './config.js';

await runService(() => {
  const { config, warnings } = loadConfig(gatewaySettings, process.env);
  const logger = createLogger({ name: 'gateway', level: config.BLIPQ_LOG_LEVEL });
  for (const warning of warnings) logger.warn(warning);
  return composeGateway(config, logger).parts;
});
