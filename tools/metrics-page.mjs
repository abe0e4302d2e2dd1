import { Registry } from '../packages/service/node_modules/prom-client/index.js';

/** The parts of a process that register metrics, as its `compose.ts` puts them together; nothing runs. */
const processes = {
  gateway: async (registry) => {
    const { GatewayMetrics } = await import('../apps/gateway/dist/intake/gateway-metrics.js');
    const { QueueGauges } = await import('../apps/gateway/dist/internal/queue-gauges.js');
    new GatewayMetrics(registry);
    const gauges = new QueueGauges({ census: {}, openMax: 0, bytesMax: 0 });
    for (const gauge of gauges.registry.getMetricsAsArray()) registry.registerMetric(gauge);
  },
  worker: async (registry) => {
    const { WorkerMetrics } = await import('../apps/worker/dist/worker-metrics.js');
    const { EngineMetrics } = await import('../apps/worker/dist/engine-metrics.js');
    new WorkerMetrics(registry);
    new EngineMetrics(registry, { on: () => {} });
  },
  notifier: async (registry) => {
    const { NotifierMetrics } = await import('../apps/notifier/dist/notifier-metrics.js');
    new NotifierMetrics(registry);
  },
};

/** docs/reference/metrics.md, from the metrics that the processes register. */
export async function metricsPage() {
  const { ProcessMetrics } = await import('../packages/service/dist/index.js');
  const common = new ProcessMetrics().registry.getMetricsAsArray().filter(({ name }) => name.startsWith('blipq_'));
  const sections = [section('Every process', common)];
  for (const [name, register] of Object.entries(processes)) {
    const registry = new Registry();
    await register(registry);
    sections.push(section(`The ${name}`, registry.getMetricsAsArray()));
  }
  return `${head}\n${sections.join('\n')}`;
}

const head = `# Metrics

<!-- Written by \`npm run docs\`; a test fails when it is out of date. -->

Every process answers \`GET /metrics\` in Prometheus's text format: the gateway on \`BLIPQ_INTERNAL_PORT\` (3002), worker and notifier on \`BLIPQ_HEALTH_PORT\` (3001 and 3003). The gateway prints BentoML's \`bentoml_service_…\` set ([coming from BentoBlip](../how-to/from-bentoblip.md)) there as well; that alone is also at \`/metrics\` on \`PORT\`. Beside those below there are Prometheus's usual \`process_…\` and \`nodejs_…\` metrics, the event loop's delay (\`nodejs_eventloop_lag_p99_seconds\`) among them.

Labels have few values, none of them from callers: states, error codes, the model's name. What is said about the queue is read from Redis at each scrape and is the same in every gateway: take the maximum over gateways, never the sum. While Redis does not answer, those series have no value.

[The dashboard](../../k8s/chart/files/dashboard.json) and [the alerts](../../k8s/chart/files/service-alerts.yaml) use these; [the runbook](../how-to/runbook.md) says what to do about an alert.
`;

function section(title, metrics) {
  const rows = metrics.map(({ name, type, labelNames, help }) => {
    const labels = labelNames.filter((label) => label !== 'le').map((label) => `\`${label}\``);
    return `| \`${name}\` | ${type} | ${labels.join(', ')} | ${help} |`;
  });
  return `## ${title}\n\n| metric | type | labels | |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}
