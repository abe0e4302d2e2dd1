import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { StartupError } from './startup-error.js';
import { startTracing } from './tracing.js';

const logger = pino({ level: 'silent' });
const start = (env: Record<string, string>) => startTracing({ service: 'test', env, logger });
const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

test.each<Record<string, string>>([
  {},
  { OTEL_SERVICE_NAME: 'captions' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' },
  { ...endpoint, OTEL_SDK_DISABLED: 'TRUE' },
  { ...endpoint, OTEL_TRACES_EXPORTER: 'none' },
])('off: %o', async (env) => {
  expect(await start(env)).toEqual([]);
});

test.each<Record<string, string>>([
  endpoint,
  { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector/v1/traces' },
  { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
])('on: %o', async (env) => {
  expect(await start(env)).toHaveLength(1);
});

test.each([
  [
    { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    'OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"; it takes http/protobuf or http/json',
  ],
  [
    { ...endpoint, OTEL_TRACES_SAMPLER: 'ratio' },
    'OTEL_TRACES_SAMPLER is "ratio"; it takes one of always_on, parentbased_always_on, always_off, ' +
      'parentbased_always_off, traceidratio, parentbased_traceidratio',
  ],
  [
    { ...endpoint, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '5%' },
    'OTEL_TRACES_SAMPLER_ARG is "5%"; it takes a share from 0 to 1',
  ],
  [{ OTEL_TRACES_EXPORTER: 'jaeger' }, 'OTEL_TRACES_EXPORTER is "jaeger"; it takes otlp or none'],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'key@collector:4318' },
    'OTEL_EXPORTER_OTLP_ENDPOINT is not the address of a collector, like http://collector:4318',
  ],
])('what cannot be done is said in one line: %o', async (env, message) => {
  await expect(start(env)).rejects.toThrow(new StartupError(message));
});

/** How many modules of OpenTelemetry's SDK a process has loaded after its start. */
function modulesOf(env: Record<string, string>): number {
  const program = `
    import { createRequire } from 'node:module';
    const { createLogger, startTracing } = await import(process.argv[1]);
    await startTracing({ service: 'test', env: process.env, logger: createLogger({ name: 'test', level: 'silent' }) });
    console.log(Object.keys(createRequire(process.argv[1]).cache).filter((path) => /sdk-trace|otlp/.test(path)).length);
  `;
  const index = fileURLToPath(new URL('../dist/index.js', import.meta.url));
  const args = ['--input-type=module', '--eval', program, index];
  return Number(execFileSync(process.execPath, args, { env, encoding: 'utf8' }));
}

test('nothing of the SDK is loaded unless it is wanted', () => {
  expect(modulesOf({})).toBe(0);
  expect(modulesOf(endpoint)).toBeGreaterThan(10);
});
