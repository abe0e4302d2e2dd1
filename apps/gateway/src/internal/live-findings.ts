import type { LiveState } from './live-state.js';

export interface Finding {
  severity: 'critical' | 'warning';
  /** Of docs/how-to/runbook.md. */
  alert: string;
  summary: string;
  /** What the runbook says to do. */
  advice: string;
}

interface Rule extends Pick<Finding, 'severity' | 'alert'> {
  /** What is wrong, if it is. */
  finds(state: LiveState): string | undefined;
}

const minutes = (ms: number) => `${Math.round(ms / 60_000)} min`;
const percent = (part: number, whole: number) => `${Math.round((100 * part) / whole)} %`;

/** The alerts' conditions (k8s/chart/files/service-alerts.yaml) at one moment, as far as one look shows them. */
export const liveRules: Rule[] = [
  {
    severity: 'critical',
    alert: 'BlipqRedisUnreachable',
    finds: ({ redis }) => (redis.trouble === null ? undefined : `Redis ${redis.trouble}.`),
  },
  {
    severity: 'warning',
    alert: 'BlipqRedisKeepsNothing',
    finds: ({ redis }) =>
      redis.persistent === false
        ? 'Redis writes nothing to its disk; what was acknowledged is lost should it end.'
        : undefined,
  },
  { severity: 'critical', alert: 'BlipqNothingIsMade', finds: unserved },
  {
    severity: 'warning',
    alert: 'BlipqCaptionsWaitLong',
    finds: ({ queue }) =>
      queue.oldest_ms > 600_000 && !queue.paused
        ? `What waits longest has waited for ${minutes(queue.oldest_ms)}.`
        : undefined,
  },
  {
    severity: 'warning',
    alert: 'BlipqQueueNearlyFull',
    finds: ({ queue: { open, open_max, bytes, bytes_max } }) => {
      const fullest = Math.max(open / open_max, bytes / bytes_max);
      return fullest > 0.9 ? `The queue is ${percent(fullest, 1)} full; at 100 % new work is refused.` : undefined;
    },
  },
  {
    severity: 'critical',
    alert: 'BlipqRedisNearlyFull',
    finds: ({ redis: { used, max } }) =>
      used !== null && max > 0 && used / max > 0.85
        ? `Redis has used ${percent(used, max)} of its maxmemory; from 90 % on new work is refused.`
        : undefined,
  },
  {
    severity: 'warning',
    alert: 'BlipqQueuePaused',
    finds: ({ models, queue }) => {
      const names = models.filter(({ paused }) => paused).map(({ model }) => model);
      return queue.paused ? `The queue of ${names.join(', ')} is paused.` : undefined;
    },
  },
  {
    severity: 'warning',
    alert: 'BlipqCaptionsFail',
    finds: ({ work: { failed, succeeded } }) => {
      const ended = failed.recent + succeeded.recent;
      return failed.recent > 0.05 * ended
        ? `Of ${ended} that ended in the last 10 minutes, ${failed.recent} failed.`
        : undefined;
    },
  },
  {
    severity: 'warning',
    alert: 'BlipqEngineRestarts',
    finds: ({ workers }) => {
      const hosts = workers.shown.filter(({ restarts }) => restarts > 2).map(({ host }) => host);
      return hosts.length > 0 ? `The engine of ${hosts.join(', ')} keeps dying.` : undefined;
    },
  },
  {
    severity: 'warning',
    alert: 'BlipqWebhooksWait',
    finds: ({ webhooks: { outbox } }) =>
      outbox > 100 ? `${outbox} webhooks wait, and no notifier takes them.` : undefined,
  },
  {
    severity: 'warning',
    alert: 'BlipqWebhooksFail',
    finds: ({ webhooks: { receivers } }) => {
      const hosts = receivers.filter(({ disabled, delivery }) => disabled || delivery.state === 'failed');
      return hosts.length > 0
        ? `Webhooks to ${[...new Set(hosts.map(({ host }) => host))].join(', ')} have been given up.`
        : undefined;
    },
  },
];

function unserved({ models }: LiveState): string | undefined {
  if (models.length === 0) return 'No worker has registered a model yet.';
  const names = models.filter(({ demand, paused, served }) => demand > 0 && !paused && !served);
  if (names.length === 0) return undefined;
  return `Work waits for ${names.map(({ model }) => model).join(', ')}, and no worker that serves it is ready.`;
}

/** What is wrong, the worst first, each with what to do about it. */
export function liveFindings(state: LiveState, runbook: ReadonlyMap<string, string>): Finding[] {
  const found = liveRules.flatMap(({ finds, ...rule }) => {
    const summary = finds(state);
    return summary ? [{ ...rule, summary, advice: runbook.get(rule.alert) ?? '' }] : [];
  });
  return found.sort((a, b) => a.severity.localeCompare(b.severity));
}

/** What is found when there is nothing to look at. */
export function redisAway(reason: string, runbook: ReadonlyMap<string, string>): Finding {
  const alert = 'BlipqRedisUnreachable';
  return { severity: 'critical', alert, summary: reason, advice: runbook.get(alert) ?? '' };
}
