// What the tables show of each model, worker, piece of work and receiver, and what to do about it.
import { clock, duration, orNone } from './format.js';

/** A worker says every 5 s how it is. */
const silentMs = 15_000;

export const modelColumns = [
  { label: 'Model', cell: ({ model, task }) => ({ text: task === null ? model : `${model} (${task})` }) },
  { label: 'Kind', cell: ({ precision, device }) => ({ text: precision === null ? '–' : `${precision}, ${device}` }) },
  {
    label: 'Workers ready',
    cell: ({ workers_ready, demand }) => ({
      text: String(workers_ready),
      level: workers_ready === 0 && demand > 0 ? 'bad' : '',
    }),
  },
  { label: 'Demand', cell: ({ demand }) => ({ text: String(demand) }) },
  { label: 'Waiting', cell: ({ waiting, paused }) => ({ text: paused ? `${waiting}, paused` : String(waiting) }) },
  { label: 'With workers', cell: ({ active }) => ({ text: String(active) }) },
  {
    label: 'Last served',
    cell: ({ absent_ms }) => ({ text: absent_ms === null ? '–' : `${duration(absent_ms)} ago` }),
  },
];

export const workerColumns = [
  { label: 'Host', cell: ({ host, pid }) => ({ text: `${host}, process ${pid}` }) },
  { label: 'Model', cell: ({ model }) => ({ text: model }) },
  { label: 'State', cell: workerState },
  { label: 'Batch', cell: ({ batch_rows, batch_max }) => ({ text: `${batch_rows} of ${batch_max}` }) },
  {
    label: 'Restarts (15 min)',
    cell: ({ restarts }) => ({ text: String(restarts), level: restarts > 2 ? 'warn' : '' }),
  },
  { label: 'Up for', cell: ({ started_at }) => ({ text: duration(Date.now() - Date.parse(started_at)) }) },
  { label: 'What to do', cell: (worker) => ({ text: workerAdvice(worker) }) },
];

function workerState({ state, reason, silentMs: silent }) {
  if (silent > silentMs) return { text: `silent for ${duration(silent)}`, level: 'bad' };
  return { text: reason === null ? state : `${state}: ${reason}`, level: state === 'ready' ? 'good' : 'warn' };
}

function workerAdvice({ state, silentMs: silent }) {
  if (silent > silentMs) return 'It died or cannot reach Redis; its log says why. Others have taken its work.';
  if (state === 'starting') return 'Wait: it finds, builds or loads its model.';
  if (state === 'restarting') return 'Its log has what the engine process said last.';
  return '–';
}

export const workColumns = [
  { label: 'Id', cell: ({ id }) => ({ text: id }) },
  { label: 'Tenant', cell: ({ tenant }) => ({ text: tenant }) },
  { label: 'Model', cell: ({ model }) => ({ text: model }) },
  { label: 'Created', cell: ({ created_at }) => ({ text: clock(created_at) }) },
  { label: 'Attempt', cell: ({ attempt }) => ({ text: String(attempt) }) },
  { label: 'Took', cell: took },
  { label: 'What became of it', cell: became },
];

function took({ created_at, total_ms }) {
  return { text: duration(total_ms ?? Date.now() - Date.parse(created_at)) };
}

function became({ state, error, cached }) {
  if (error === null) return { text: cached ? `${state}, from an earlier result` : state };
  const href = `live/docs/errors/${encodeURIComponent(error.code)}`;
  return { text: `${error.code}: ${error.detail}`, href, level: 'bad' };
}

export const receiverColumns = [
  { label: 'Receiver', cell: ({ host }) => ({ text: orNone(host) }) },
  { label: 'Tenant', cell: ({ tenant }) => ({ text: tenant }) },
  { label: 'Fails since', cell: ({ failing_since }) => ({ text: clock(failing_since) }) },
  { label: 'Last webhook', cell: ({ delivery }) => ({ text: `${delivery.event}, attempt ${delivery.attempt}` }) },
  { label: 'Delivery', cell: ({ delivery }) => ({ text: delivery.id }) },
  { label: 'Last answer', cell: ({ last_attempt }) => ({ text: orNone(last_attempt?.error) }) },
  { label: 'What to do', cell: receiverAdvice },
];

const sendAgain = 'Once it works, its owner has it sent again: POST /v1/webhook-deliveries/{id}/redeliver.';
const reasons = {
  gone: 'It answered 410, so nothing is sent to it any more.',
  attempts_exhausted: 'It failed for three days, and this webhook was given up.',
  endpoint_disabled: 'It failed for five days, so nothing is sent to it any more.',
};

function receiverAdvice({ disabled, delivery: { reason, state, next_attempt_at } }) {
  if (reason !== null) return { text: `${reasons[reason] ?? reason} ${sendAgain}`, level: 'bad' };
  if (disabled) return { text: `Nothing is sent to it any more. ${sendAgain}`, level: 'bad' };
  if (state !== 'pending') return { text: sendAgain };
  return { text: `Nothing yet: it is tried again at ${clock(next_attempt_at)}.`, level: 'warn' };
}
