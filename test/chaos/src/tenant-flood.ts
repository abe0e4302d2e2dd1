import type { Stage, Strike } from './faults.js';
import type { ReceiverFault } from './receiver.js';
import { floodingTenant } from './tenants.js';

/** How the receivers fail at that tenant, one each. */
const failures: readonly ReceiverFault[] = ['hang', '500', 'reset', 'drip'];
/** Longest that a flood lasts, in milliseconds: it ends when everybody else has been told. */
const floodMaxMs = 90_000;

/**
 * One tenant has much made whose webhooks all fail, at the very servers where everybody else's arrive. It is over when
 * each of these servers has taken a message of another tenant.
 */
export async function floodOfOneTenant(count: number, { receivers, bait, told }: Stage): Promise<Strike> {
  const struck = receivers.map((receiver, n) =>
    receiver.fail(failures[n % failures.length]!, Number.POSITIVE_INFINITY, floodMaxMs, floodingTenant),
  );
  const share = Math.ceil(count / receivers.length);
  for (const n of receivers.keys()) bait({ receiver: n, tenant: floodingTenant, count: share });
  await Promise.all(receivers.map((receiver) => receiver.failing()));
  const over = Promise.all([...receivers.keys()].map(told)).then(() => {
    for (const receiver of receivers) receiver.recover();
  });
  const movedOn = async () => {
    for (const [n, ids] of (await Promise.all(struck)).entries()) await receivers[n]!.took(ids);
  };
  return { target: 'receivers', over, movedOn };
}
