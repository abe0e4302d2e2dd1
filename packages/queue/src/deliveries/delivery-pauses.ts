import { script } from '../lua/script.js';

/** How long after a delivery is due BullMQ's own way is given before it is brought forward, in milliseconds. */
const graceMs = 1000;
/** Jobs that are brought forward in one step. */
const broughtMax = 100;

/** Notes when a delivery that is put off is due, on Redis's clock. ARGV the job's id, ms. */
export const noteDue = script(`
redis.call('ZADD', root .. ':due', now_ms() + ARGV[4] + ${graceMs}, ARGV[3])
`);

/**
 * Brings deliveries forward that are due and still delayed. BullMQ delays a job until a time on the clock of whoever
 * delays it: where that clock is ahead and its notifier gone, or set right, nobody else would send before. Those that
 * were promoted in time are no longer in `delayed`, and only forgotten. Returns how many were due.
 */
export const bringForward = script(`
local due = redis.call('ZRANGEBYSCORE', root .. ':due', '-inf', now_ms(), 'LIMIT', 0, ${broughtMax})
for _, job in ipairs(due) do
  redis.call('ZREM', root .. ':due', job)
  redis.call('ZADD', root .. ':notify:delayed', 'XX', 0, job)
end
return #due
`);
