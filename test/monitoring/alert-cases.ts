/** Series in promtool's notation, one sample a minute: `start+step×times`. */
export type SeriesOf = Record<string, string>;

export interface AlertCase {
  /** Series with which it fires, and by when. */
  fires: SeriesOf;
  at: string;
  /** Its labels beside severity. */
  labels?: Record<string, string>;
  /** Series that look alike and are in order. */
  silent: SeriesOf;
}

const attempts = (outcome: string) => `blipq_caption_attempts_total{outcome="${outcome}",instance="worker-1"}`;

/** For each alert, what it is about and what it must not be mistaken for. */
export const alertCases: Record<string, AlertCase> = {
  BlipqRedisUnreachable: {
    fires: { 'blipq_redis_up{instance="a"}': '1 0x10', 'blipq_redis_up{instance="b"}': '1 0x10' },
    at: '3m',
    // One gateway that cannot reach it is that gateway's trouble.
    silent: { 'blipq_redis_up{instance="a"}': '0x10', 'blipq_redis_up{instance="b"}': '1x10' },
  },
  BlipqRedisKeepsNothing: {
    fires: { 'blipq_redis_persistent{instance="a"}': '0x10' },
    at: '7m',
    silent: { 'blipq_redis_persistent{instance="a"}': '1x10' },
  },
  BlipqDemandUnknown: {
    fires: { 'blipq_demand{instance="a"}': '5 5 stale' },
    at: '9m',
    labels: { namespace: 'blipq' },
    silent: { 'blipq_demand{instance="a"}': '0x10' },
  },
  BlipqNothingIsMade: {
    fires: { blipq_demand: '20x30' },
    at: '11m',
    silent: { blipq_demand: '20x30', [attempts('succeeded')]: '0+3x30' },
  },
  BlipqCaptionsWaitLong: {
    fires: { blipq_queue_oldest_age_seconds: '580+60x20', blipq_queue_paused: '0x20' },
    at: '8m',
    // Who pauses a queue has another alert.
    silent: { blipq_queue_oldest_age_seconds: '580+60x20', blipq_queue_paused: '1x20' },
  },
  BlipqQueueNearlyFull: {
    fires: {
      'blipq_queue_open_captions{instance="a"}': '9100x10',
      'blipq_queue_open_captions_max{instance="a"}': '10000x10',
      'blipq_queue_image_bytes{instance="a"}': '5x10',
      'blipq_queue_image_bytes_max{instance="a"}': '10x10',
    },
    at: '3m',
    silent: {
      'blipq_queue_open_captions{instance="a"}': '8900x10',
      'blipq_queue_open_captions_max{instance="a"}': '10000x10',
      'blipq_queue_image_bytes{instance="a"}': '8x10',
      'blipq_queue_image_bytes_max{instance="a"}': '10x10',
    },
  },
  BlipqRedisNearlyFull: {
    fires: {
      'blipq_redis_memory_used_bytes{instance="a"}': '90x10',
      'blipq_redis_memory_max_bytes{instance="a"}': '100x10',
    },
    at: '3m',
    silent: {
      'blipq_redis_memory_used_bytes{instance="a"}': '90x10',
      'blipq_redis_memory_max_bytes{instance="a"}': '0x10',
    },
  },
  BlipqQueuePaused: {
    fires: { blipq_queue_paused: '1x40' },
    at: '31m',
    silent: { blipq_queue_paused: '1x20 0x20' },
  },
  BlipqCaptionsFail: {
    fires: { [attempts('failed')]: '0+1x20', [attempts('succeeded')]: '0+10x20' },
    at: '8m',
    silent: { [attempts('failed')]: '0+1x20', [attempts('succeeded')]: '0+100x20', [attempts('retried')]: '0+90x20' },
  },
  BlipqEngineRestarts: {
    fires: { 'blipq_engine_restarts_total{instance="worker-1"}': '0+1x15' },
    at: '10m',
    labels: { instance: 'worker-1' },
    silent: {
      'blipq_engine_restarts_total{instance="worker-1"}': '0 1x14',
      'blipq_engine_restarts_total{instance="worker-2"}': '0 1x14',
    },
  },
  BlipqCaptionsLost: {
    fires: { [attempts('lost')]: '0+2x20' },
    at: '15m',
    silent: { [attempts('lost')]: '0 4x19' },
  },
  BlipqWebhooksWait: {
    fires: { blipq_webhook_outbox_entries: '0 500x10' },
    at: '7m',
    silent: { blipq_webhook_outbox_entries: '500 0 500 0 500 0 500 0 500' },
  },
  BlipqWebhooksFail: {
    fires: { 'blipq_webhook_attempts_total{outcome="failed"}': '0 0 1x60' },
    at: '10m',
    silent: {
      'blipq_webhook_attempts_total{outcome="retry"}': '0+5x60',
      'blipq_webhook_attempts_total{outcome="failed"}': '3x60',
    },
  },
  BlipqEventLoopBlocked: {
    fires: {
      'nodejs_eventloop_lag_p99_seconds{instance="gateway-1"}': '0.4x10',
      'blipq_redis_errors_total{instance="gateway-1"}': '0x10',
    },
    at: '6m',
    labels: { instance: 'gateway-1' },
    // Not ours.
    silent: {
      'nodejs_eventloop_lag_p99_seconds{instance="other"}': '4x10',
      'blipq_redis_errors_total{instance="a"}': '0x10',
    },
  },
};
