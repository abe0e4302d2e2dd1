import type { QueueCount } from '@blipq/queue';

/**
 * The number by which workers are scaled: the work that wants a worker now, of all models or of one. A model that is not
 * registered yet wants a worker too, which then registers it. Otherwise a new cluster would stay without workers, and
 * its gateways unready, for ever.
 */
export function workerDemand(
  count: Pick<QueueCount, 'demand' | 'demandOf' | 'jobless' | 'models'>,
  model?: string,
): number {
  const { demand, demandOf, jobless, models } = count;
  if (model === undefined) return models.size === 0 ? Math.max(demand, 1) : demand;
  const wanted = demandOf.get(model) ?? jobless;
  return models.has(model) ? wanted : Math.max(wanted, 1);
}
