import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { installations, type KubernetesObject } from '../deploy/render.js';
import { alertCases, type SeriesOf } from './alert-cases.js';

interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: Record<string, string>;
  annotations: { summary: string; runbook: string };
}
interface Groups {
  groups: { name: string; rules: Rule[] }[];
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const objects = installations.gpu!;
const named = (name: string) => objects.find(({ metadata }) => metadata.name === name) as KubernetesObject;
const service = named('blipq-service-alerts').spec as Groups;
const cluster = named('blipq-cluster-alerts').spec as Groups;
const rules = service.groups.flatMap((group) => group.rules);
const everyRule = [...rules, ...cluster.groups.flatMap((group) => group.rules)];

const dashboard: { panels: { title: string; targets: { expr: string }[] }[] } = JSON.parse(
  named('blipq-dashboard').data['blipq.json'],
);
const queries = dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })));

/** Metrics by name, with their labels; docs/reference/metrics.md is made from the code. */
const metrics = new Map(
  [...read('docs/reference/metrics.md').matchAll(/^\| `(\w+)` \| (\w+) \| (.*?) \|/gm)].map(
    ([, name, type, labels]) => [name!, { type: type!, labels: [...labels!.matchAll(/\w+/g)].map(String) }],
  ),
);

/** Everything that an expression says of our metrics that they do not have. */
function unknowns(expr: string): string[] {
  return [...expr.matchAll(/\b(blipq_\w+)(?:\{([^}]*)\})?/g)].flatMap(([, series, matchers = '']) => {
    const name = series!.replace(/_(bucket|sum|count)$/, '');
    const metric = metrics.get(name);
    if (metric === undefined || (name !== series) !== (metric.type === 'histogram')) return [series!];
    const labels = [...matchers.matchAll(/(\w+)\s*[=!]/g)].map(([, label]) => label!);
    // Prometheus adds the namespace of what it scrapes.
    return labels
      .filter((label) => ![...metric.labels, 'namespace'].includes(label))
      .map((label) => `${series}{${label}}`);
  });
}

test.each(rules)('$alert asks for metrics and labels that exist', ({ expr }) => {
  expect(unknowns(expr)).toEqual([]);
});

test.each(queries)('the dashboard asks for metrics and labels that exist: $title: $expr', ({ expr }) => {
  expect(unknowns(expr)).toEqual([]);
});

test.each(everyRule)('$alert is about one namespace alone', ({ expr }) => {
  const selectors = [...expr.matchAll(/\b(?:blipq|nodejs|kube|keda)_\w+(\{[^}]*\})?/g)].map(([, matchers]) => matchers);
  expect(selectors.length).toBeGreaterThan(0);
  for (const matchers of selectors) expect(matchers).toMatch(/\b(exported_)?namespace="blipq"/);
});

test.each(queries)('the dashboard can be narrowed to one namespace: $title: $expr', ({ expr }) => {
  const selectors = [...expr.matchAll(/\b(?:(?:blipq|nodejs|bentoml)_\w+|up\b)(\{[^}]*\})?/g)].map(([, one]) => one);
  expect(selectors.length).toBeGreaterThan(0);
  for (const matchers of selectors) expect(matchers).toContain('namespace=~"$namespace"');
});

test('what does not exist is found', () => {
  expect(unknowns('sum(rate(blipq_no_such_total[5m]))')).toEqual(['blipq_no_such_total']);
  expect(unknowns('blipq_caption_attempts_total{code="x"}')).toEqual(['blipq_caption_attempts_total{code}']);
  expect(unknowns('blipq_demand_count + blipq_wait_seconds')).toEqual(['blipq_demand_count', 'blipq_wait_seconds']);
});

test('every legend is of a label that its query keeps', () => {
  const legends = JSON.stringify(dashboard).matchAll(/"expr":"((?:[^"\\]|\\.)*)","legendFormat":"([^"]*)"/g);
  const wrong = [...legends].filter(([, expr, legend]) => {
    const kept = /by \(([^)]*)\)/.exec(expr!)?.[1]?.split(/,\s*/) ?? [];
    return [...legend!.matchAll(/\{\{(\w+)\}\}/g)].some(([, label]) => !kept.includes(label!));
  });
  expect(wrong).toEqual([]);
});

test.each(everyRule)('$alert leads to a page that says what to do', ({ annotations }) => {
  const [page, anchor] = annotations.runbook.split('#') as [string, string];
  const anchors = [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
  expect(anchors).toContain(anchor);
});

test('every alert is tried', () => {
  expect(Object.keys(alertCases).sort()).toEqual(rules.map(({ alert }) => alert).sort());
});

const promtool = spawnSync('promtool', ['--version']).status === 0;

/** Runs promtool over files in a folder of their own. */
function run(args: string[], files: Record<string, unknown>): { status: number | null; output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'blipq-promtool-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), stringify(content));
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return { status, output: stdout + stderr };
}

// Prometheus's own evaluation, of Debian's package "prometheus"; `npm test` installs it where it can.
describe.skipIf(!promtool)('promtool (skipped where there is none)', () => {
  test('takes all the rules, their templates too', () => {
    expect(run(['check', 'rules', 'rules.yaml'], { 'rules.yaml': service })).toMatchObject({ status: 0 });
    expect(run(['check', 'rules', 'rules.yaml'], { 'rules.yaml': cluster })).toMatchObject({
      status: 0,
    });
  });

  test("takes all of the dashboard's queries", () => {
    const recorded = queries.map(({ expr }, n) => ({
      record: `q${n}`,
      expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$namespace', '.*'),
    }));
    const file = { groups: [{ name: 'dashboard', rules: recorded }] };
    expect(run(['check', 'rules', 'rules.yaml'], { 'rules.yaml': file })).toMatchObject({ status: 0 });
  });

  // Annotations are compared too, and they are for people.
  const bare = { groups: [{ name: 'g', rules: rules.map(({ annotations: _, ...rule }) => rule) }] };
  const inNamespace = (series: string, namespace: string) =>
    series.includes('{') ? series.replace('{', `{namespace="${namespace}",`) : `${series}{namespace="${namespace}"}`;
  const outcome = (
    alertname: string,
    series: SeriesOf,
    eval_time: string,
    labels?: Record<string, string>,
    namespace = 'blipq',
  ) =>
    run(['test', 'rules', 'test.yaml'], {
      'rules.yaml': bare,
      'test.yaml': {
        rule_files: ['rules.yaml'],
        evaluation_interval: '1m',
        tests: [
          {
            interval: '1m',
            input_series: Object.entries(series).map(([name, values]) => ({
              series: inNamespace(name, namespace),
              values,
            })),
            alert_rule_test: [{ eval_time, alertname, exp_alerts: labels ? [{ exp_labels: labels }] : [] }],
          },
        ],
      },
    });

  test.each(rules)('$alert fires when it should, and not when it should not', ({ alert, labels }) => {
    const { fires, silent, at, labels: own } = alertCases[alert]!;
    expect(outcome(alert, fires, at, { ...labels, ...own })).toMatchObject({ status: 0 });
    expect(outcome(alert, silent, at)).toMatchObject({ status: 0 });
    // Another installation's are its own; that a series is missing here is said whatever there is elsewhere.
    if (alert !== 'BlipqDemandUnknown') {
      expect(outcome(alert, fires, at, undefined, 'other')).toMatchObject({ status: 0 });
    }
    // promtool does notice: the other way round both fail.
    expect(outcome(alert, fires, at).status).not.toBe(0);
  });
});
