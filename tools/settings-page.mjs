import { settingMeanings } from './setting-meanings.mjs';

/** Each process and where its schema is. */
const processes = [
  ['gateway', '../apps/gateway/dist/config.js', 'gatewaySettings'],
  ['worker', '../apps/worker/dist/config.js', 'workerSettings'],
  ['notifier', '../apps/notifier/dist/config.js', 'notifierSettings'],
  ['standalone', '../apps/standalone/dist/config.js', 'standaloneConfig'],
  ['blipq', '../apps/cli/dist/config.js', 'commandSettings'],
];

/** Defaults that depend on the machine, in words. */
const machineDefaults = {
  BLIPQ_THREADS: 'the CPUs that it may use',
  BLIPQ_CACHE: '~/.cache/blipq',
};

/**
 * docs/settings.md, from the schemas that the processes check their environment with. Their meanings are in
 * setting-meanings.mjs.
 *
 * @throws Error for a variable without a meaning, a meaning without a variable, or two processes of which one refuses
 *   what the other takes
 */
export async function settingsPage() {
  const variables = new Map();
  for (const [process, file, schema] of processes) {
    const { shape } = (await import(file))[schema];
    for (const [name, type] of Object.entries(shape)) {
      const uses = variables.get(name) ?? [];
      variables.set(name, [...uses, { process, takes: describe(type), value: initial(name, type) }]);
    }
  }
  const named = (names) => [...names].join(', ');
  const missing = [...variables.keys()].filter((name) => !(name in settingMeanings));
  const spare = Object.keys(settingMeanings).filter((name) => !variables.has(name));
  if (missing.length + spare.length > 0) {
    throw new Error(`tools/setting-meanings.mjs: without a meaning: ${named(missing)}; not a setting: ${named(spare)}`);
  }
  const rows = [...variables].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, uses]) => row(name, uses));
  return `${head}\n| variable | read by | default | takes | |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

const head = `# Settings

<!-- Written by \`npm run docs\`; a test fails when it is out of date. -->

Every process is configured by environment variables alone, which it reads once, at its start. A blank variable counts as unset. A bad value is one line that names the variable, what it got and what it takes, and exit code 1; a \`BLIPQ_…\` variable that a process does not know is a warning in its log.

Traces have [OpenTelemetry's own variables](tracing.md), which gateway, worker and notifier read, and standalone passes on: \`OTEL_EXPORTER_OTLP_ENDPOINT\` (or \`…_TRACES_ENDPOINT\`) turns them on, \`OTEL_SDK_DISABLED=true\` off; \`OTEL_EXPORTER_OTLP_PROTOCOL\` is \`http/protobuf\` (default) or \`http/json\`; \`OTEL_EXPORTER_OTLP_HEADERS\`, \`OTEL_EXPORTER_OTLP_TIMEOUT\`, \`OTEL_TRACES_SAMPLER\`, \`OTEL_TRACES_SAMPLER_ARG\`, \`OTEL_SERVICE_NAME\`, \`OTEL_RESOURCE_ATTRIBUTES\` and \`OTEL_BSP_…\` mean what they always do.

\`standalone\` is what \`npm start\` runs; it passes on what its processes read, and where they check a value, so does it. \`blipq\` is the command that prepares and inspects models.
`;

/** Standalone mostly passes values on: what others say of a variable goes first. */
function row(name, uses) {
  const [first] = uses;
  const values = new Map();
  for (const { process, value } of uses) values.set(value, [...(values.get(value) ?? []), process]);
  const own = uses.filter(({ process }) => process !== 'standalone');
  const said = own.length > 0 && values.size > 1 ? own : uses;
  const takes = new Set(own.map((use) => use.takes));
  if (takes.size > 1) throw new Error(`${name}: one process takes ${[...takes].join(', another ')}`);
  const distinct = [...new Set(said.map(({ value }) => value))];
  const value =
    distinct.length === 1 ? distinct[0] : said.map((use) => `${use.value || 'none'} (${use.process})`).join(', ');
  const by = uses.map(({ process }) => process).join(', ');
  return `| \`${name}\` | ${by} | ${value} | ${first.takes.replaceAll('|', '\\|')} | ${settingMeanings[name]} |`;
}

/** The description sits on the innermost type. */
function describe(type) {
  for (let at = type; at; at = at.def?.innerType) if (at.description) return at.description;
  return '';
}

/** What an unset variable means; `required` where there must be a value. */
function initial(name, type) {
  const parsed = type.safeParse(undefined);
  if (!parsed.success) return 'required';
  if (parsed.data === undefined) return '';
  if (name in machineDefaults) return machineDefaults[name];
  if (typeof parsed.data === 'boolean') return parsed.data ? '1' : '0';
  return Array.isArray(parsed.data) ? parsed.data.join(' ') : String(parsed.data);
}
