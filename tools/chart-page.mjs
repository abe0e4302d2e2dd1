import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const read = (path) => readFileSync(new URL(`../k8s/chart/${path}`, import.meta.url), 'utf8');

/** docs/reference/helm.md, from the chart's schema and its default values. */
export function chartPage() {
  const rows = valuesOf(JSON.parse(read('values.schema.json')), parse(read('values.yaml')), '');
  const lines = rows.map(({ path, initial, purpose }) => `| \`${path}\` | ${initial} | ${purpose} |`);
  return `${head}\n| value | default | purpose |\n| --- | --- | --- |\n${lines.join('\n')}\n`;
}

/** The values below a path in the order of the schema, a list's with `[]`. */
function valuesOf({ properties }, defaults, at) {
  return Object.entries(properties).flatMap(([name, value]) => {
    const path = at === '' ? name : `${at}.${name}`;
    const initial = defaults?.[name];
    if (value.properties) return valuesOf(value, initial, path);
    const rows = [{ path, initial: shown(initial), purpose: purposeOf(value).replaceAll('|', '\\|') }];
    return value.items?.properties ? [...rows, ...valuesOf(value.items, undefined, `${path}[]`)] : rows;
  });
}

function purposeOf({ description, enum: choices }) {
  return choices === undefined ? description : `${description}: ${choices.map((one) => `\`${one}\``).join(', ')}`;
}

function shown(value) {
  const empty = value === undefined || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
  if (empty) return '';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

const head = `# Values of the Helm chart

<!-- Written by \`npm run docs\`; a test fails when it is out of date. -->

For operators: every value of [k8s/chart](../../k8s/chart) with its default. [Deploy](../how-to/deploy.md#kubernetes-with-helm) leads through an installation.

\`values.schema.json\` checks values and their names. Missing or contradicting values end \`helm install\` with one line that says what to set.
`;
