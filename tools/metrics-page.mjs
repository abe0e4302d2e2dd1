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

For operators: every metric of BlipQ's own, by process. [The dashboard](../../k8s/chart/files/dashboard.json) and [the alerts](../../k8s/chart/files/service-alerts.yaml) use them; [the runbook](../how-to/runbook.md) explains the alerts.

\`GET /metrics\` is on \`BLIPQ_INTERNAL_PORT\` (3002) of gateways and on \`BLIPQ_HEALTH_PORT\` of workers (3001) and notifiers (3003), with Prometheus's usual \`process_…\` and \`nodejs_…\` metrics besides. BentoML's \`bentoml_service_…\` set ([come from BentoBlip](../how-to/from-bentoblip.md)) is there and, alone, at \`/metrics\` on \`PORT\`.

Labels have few values, none from callers. Gateways read the queue's figures from Redis at each scrape, so all gateways report the same: take the maximum over gateways, never the sum. Without Redis those series have no value.
`;

function section(title, metrics) {
  const rows = metrics.map(({ name, type, labelNames, help }) => {
    const labels = labelNames.filter((label) => label !== 'le').map((label) => `\`${label}\``);
    return `| \`${name}\` | ${type} | ${labels.join(', ')} | ${help} |`;
  });
  return `## ${title}\n\n| metric | type | labels | |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}
