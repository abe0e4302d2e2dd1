import { describeSetting } from '../packages/service/dist/index.js';

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
  const settings = await readSettings();
  const essential = settings.filter((setting) => setting.essential);
  const others = settings.filter((setting) => !setting.essential);
  return `${head}\n## Most used\n\n${table(essential)}\n## All others\n\n${table(others)}`;
}

function table(settings) {
  const rows = settings.map(
    ({ name, by, initial, takes, purpose }) =>
      `| \`${name}\` | ${by} | ${initial} | ${takes.replaceAll('|', '\\|')} | ${purpose} |`,
  );
  return `| variable | read by | default | takes | purpose |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

const head = `# Settings

<!-- Written by \`npm run docs\`; a test fails when it is out of date. -->

For operators: every environment variable, as the code checks it. \`--help\` of each program prints its own.

A process reads its variables once, at its start. A blank variable counts as unset. A bad value ends the start with exit code 1 and one line that names the variable, the value and the accepted values; an unknown \`BLIPQ_…\` variable is a warning in the log.

\`standalone\` is the process of \`npm start\`; it passes settings on to its processes, which check them. \`blipq\` is the command. Gateway, worker and notifier also read [OpenTelemetry's variables](../how-to/tracing.md#settings).
`;
