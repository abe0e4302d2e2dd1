import type { Environment } from './load-config.js';
import type { Logger } from './logger.js';
import type { ServicePart } from './run-service.js';
import { StartupError } from './startup-error.js';
import type { TraceProtocol } from './trace-export.js';

export interface TracingOptions {
  /** `service.name`, unless OTEL_SERVICE_NAME says another. */
  service: string;
  env: Environment;
  logger: Logger;
}

const protocols = ['http/protobuf', 'http/json'] as const satisfies TraceProtocol[];

/** OpenTelemetry's SDK takes any other word for its default, and says so to nobody. */
const samplers = ['always_on', 'always_off', 'traceidratio'].flatMap((name) => [name, `parentbased_${name}`]);

/**
 * Exports this process's spans, if OpenTelemetry's own variables ask for it: with OTEL_TRACES_EXPORTER=otlp or an
 * OTEL_EXPORTER_OTLP_… endpoint. Otherwise nothing of its SDK is loaded.
 *
 * @returns what is to be started first, so that it is stopped last; nothing when off
 * @throws StartupError for what cannot be done
 */
export async function startTracing({ service, env, logger }: TracingOptions): Promise<ServicePart[]> {
  if (!isWanted(env)) return [];
  const protocol = protocolOf(env);
  checkSampler(env);
  const { TraceExport } = await import('./trace-export.js');
  return [new TraceExport(service, protocol, logger)];
}

function isWanted(env: Environment): boolean {
  if (read(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return false;
  const exporter = read(env, 'OTEL_TRACES_EXPORTER');
  if (exporter === 'none') return false;
  if (exporter !== undefined && exporter !== 'otlp') {
    throw new StartupError(`OTEL_TRACES_EXPORTER is ${JSON.stringify(exporter)}; it takes otlp or none`);
  }
  const endpoints = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'].filter((name) =>
    isAddress(name, read(env, name)),
  );
  return exporter === 'otlp' || endpoints.length > 0;
}

function isAddress(name: string, value: string | undefined): boolean {
  if (value === undefined) return false;
  if (URL.canParse(value) && /^https?:/i.test(value)) return true;
  throw new StartupError(`${name} is not the address of a collector, like http://collector:4318`);
}

function protocolOf(env: Environment): TraceProtocol {
  const [name, value] = ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL']
    .map((one) => [one, read(env, one)] as const)
    .find(([, set]) => set !== undefined) ?? ['', protocols[0]];
  const protocol = protocols.find((one) => one === value);
  if (protocol === undefined) {
    throw new StartupError(`${name} is ${JSON.stringify(value)}; it takes ${protocols.join(' or ')}`);
  }
  return protocol;
}

function checkSampler(env: Environment): void {
  const sampler = read(env, 'OTEL_TRACES_SAMPLER');
  if (sampler !== undefined && !samplers.includes(sampler)) {
    throw new StartupError(`OTEL_TRACES_SAMPLER is ${JSON.stringify(sampler)}; it takes one of ${samplers.join(', ')}`);
  }
  const ratio = read(env, 'OTEL_TRACES_SAMPLER_ARG');
  if (ratio !== undefined && sampler?.endsWith('traceidratio') && !(Number(ratio) >= 0 && Number(ratio) <= 1)) {
    throw new StartupError(`OTEL_TRACES_SAMPLER_ARG is ${JSON.stringify(ratio)}; it takes a share from 0 to 1`);
  }
}

function read(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}
