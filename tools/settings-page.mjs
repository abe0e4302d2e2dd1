import { describeSetting } from '../packages/service/dist/index.js';
import { markdownTable } from './markdown-table.mjs';

/** Each process and where its schema is. */
const processes = [
  ['gateway', '../apps/gateway/dist/config.js', 'gatewaySettings'],
  ['worker', '../apps/worker/dist/config.js', 'workerSettings'],
  ['notifier', '../apps/notifier/dist/config.js', 'notifierSettings'],
  ['standalone', '../apps/standalone/dist/config.js', 'standaloneConfig'],
  ['blipq', '../apps/cli/dist/config.js', 'commandSettings'],
];

/**
 * All variables in order of their names, each with what the schemas of the processes that read it say.
 *
 * @throws Error for a variable without a purpose, or with two
 */
async function readSettings() {
  const variables = new Map();
  for (const [process, file, schema] of processes) {
    const { shape } = (await import(file))[schema];
    for (const [name, type] of Object.entries(shape)) {
      const uses = variables.get(name) ?? [];
      variables.set(name, [...uses, { process, ...describeSetting(type) }]);
    }
  }
  return [...variables].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, uses]) => describeVariable(name, uses));
}

/** What standalone only passes on has its description in the schema of the process that reads it. */
function describeVariable(name, uses) {
  const described = uses.filter(({ purpose }) => purpose !== '');
  const purposes = new Set(described.map(({ purpose }) => purpose));
  if (purposes.size !== 1)
    throw new Error(`${name} needs one purpose in the schemas that have it, not ${purposes.size}`);
  const own = described.filter(({ process }) => process !== 'standalone');
  const takes = new Set(own.map((use) => use.takes));
  if (takes.size > 1) throw new Error(`${name}: one process takes ${[...takes].join(', another ')}`);
  return {
    ...described[0],
    name,
    by: uses.map(({ process }) => process).join(', '),
    initial: initialOf(own.length > 0 ? own : described),
  };
}

function initialOf(uses) {
  const values = uses.map(({ required, initial = '', process }) => ({
    process,
    value: required ? 'required' : initial,
  }));
  if (new Set(values.map(({ value }) => value)).size === 1) return values[0].value;
  return values.map(({ process, value }) => `${value || 'none'} (${process})`).join(', ');
}

/** docs/reference/settings.md, from the schemas that the processes check their environment with. */
export async function settingsPage() {
  const rows = (await readSettings()).map(
    ({ name, by, initial, takes, purpose }) =>
      `| \`${name}\` | ${by} | ${initial} | ${takes.replaceAll('|', '\\|')} | ${purpose} |`,
  );
  return `${head}\n| variable | read by | default | takes | purpose |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

/** The README with its table of essential settings written anew. */
export async function readmeWithSettings(readme) {
  const [begin, end] = ['<!-- settings: written by `npm run docs` -->', '<!-- end of settings -->'];
  const [before, rest = ''] = readme.split(begin);
  const [, after] = rest.split(end);
  if (after === undefined) throw new Error(`README.md has no ${begin} and ${end}`);
  const settings = (await readSettings()).filter(({ essential }) => essential);
  const rows = settings.map(({ name, by, initial, purpose }) => [
    `\`${name}\``,
    initial,
    by,
    purpose.replaceAll(/\]\((?=[\w.])/g, '](docs/reference/').replaceAll('docs/reference/../', 'docs/'),
  ]);
  return `${before}${begin}\n\n${markdownTable([['variable', 'default', 'read by', 'purpose'], ...rows])}\n\n${end}${after}`;
}

const head = `# Settings

<!-- Written by \`npm run docs\`; a test fails when it is out of date. -->

Every process is configured by environment variables alone, which it reads once, at its start. A blank variable counts as unset. A bad value is one line that names the variable, what it got and what it takes, and exit code 1; a \`BLIPQ_…\` variable that a process does not know is a warning in its log.

Traces have [OpenTelemetry's own variables](../how-to/tracing.md), which gateway, worker and notifier read, and standalone passes on: \`OTEL_EXPORTER_OTLP_ENDPOINT\` (or \`…_TRACES_ENDPOINT\`) turns them on, \`OTEL_SDK_DISABLED=true\` off; \`OTEL_EXPORTER_OTLP_PROTOCOL\` is \`http/protobuf\` (default) or \`http/json\`; \`OTEL_EXPORTER_OTLP_HEADERS\`, \`OTEL_EXPORTER_OTLP_TIMEOUT\`, \`OTEL_TRACES_SAMPLER\`, \`OTEL_TRACES_SAMPLER_ARG\`, \`OTEL_SERVICE_NAME\`, \`OTEL_RESOURCE_ATTRIBUTES\` and \`OTEL_BSP_…\` mean what they always do.

\`standalone\` is what \`npm start\` runs; it passes settings on to its processes, which check them. \`blipq\` is the command that prepares and inspects models.
`;
