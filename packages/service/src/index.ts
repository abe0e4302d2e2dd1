export { availableCpus } from './available-cpus.js';
export { deploymentSettings, passedOn } from './deployment-settings.js';
export { describeSetting, type SettingDescription } from './describe-setting.js';
export { answerMetrics, HealthServer, type HealthServerOptions, type Readiness } from './health-server.js';
export { closeServer, listen } from './listen.js';
export { type Environment, type LoadedConfig, loadConfig } from './load-config.js';
export { createLogger, type Logger, type LoggerOptions } from './logger.js';
export { logLineLevel, logLineWords, prettyLogLine } from './pretty-log-line.js';
export { type MetricsText, ProcessMetrics } from './process-metrics.js';
export { type RedisRefusal, redisRefusal, refusalOf } from './redis-refusal.js';
export { RedisReport } from './redis-report.js';
export { redisStart } from './redis-start.js';
export {
  runService,
  type ServiceContext,
  type ServiceMessage,
  type ServiceOptions,
  type ServicePart,
} from './run-service.js';
export { setting } from './settings.js';
export { helpOnRequest, settingsHelp } from './settings-help.js';
export { inSpan, keepSpans, pastSpan, type SpanOptions, traceparent } from './span.js';
export { StartupError } from './startup-error.js';
export { takeConsole } from './take-console.js';
export { type GivenText, textOrFile } from './text-or-file.js';
export { together } from './together.js';
export { startTracing, type TracingOptions } from './tracing.js';
