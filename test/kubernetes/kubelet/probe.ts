import { setTimeout as delay } from 'node:timers/promises';
import type { KubeObject } from './kube-api.js';

/** Asks by HTTP every `periodSeconds` until `signal`, and tells each answer: whether it was 200 to 399 in time. */
export async function probe(
  spec: KubeObject,
  origin: string,
  signal: AbortSignal,
  tell: (success: boolean) => void,
): Promise<void> {
  while (!signal.aborted) {
    const patience = AbortSignal.timeout((spec.timeoutSeconds ?? 1) * 1000);
    const success = await fetch(`${origin}${spec.httpGet.path}`, {
      signal: AbortSignal.any([signal, patience]),
      headers: { connection: 'close' },
    }).then(
      ({ status }) => status < 400,
      () => false,
    );
    if (signal.aborted) return;
    tell(success);
    await delay((spec.periodSeconds ?? 10) * 1000, undefined, { signal }).catch(() => undefined);
  }
}

/** The same until it has succeeded; false once it has failed `failureThreshold` times. */
export async function startedUp(spec: KubeObject | undefined, origin: string, signal: AbortSignal): Promise<boolean> {
  if (spec === undefined) return true;
  const done = new AbortController();
  let failures = 0;
  let success = false;
  await probe(spec, origin, AbortSignal.any([signal, done.signal]), (answer) => {
    success = answer;
    failures += answer ? 0 : 1;
    if (answer || failures >= (spec.failureThreshold ?? 3)) done.abort();
  });
  return success;
}
