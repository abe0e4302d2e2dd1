import { createHash } from 'node:crypto';
import { terminalStates } from '@blipq/contracts';
import type { Redis } from 'ioredis';

type Script = (redis: Redis, keys: string[], args: (string | number)[]) => Promise<unknown>;

/** A Lua script, sent in full only to a Redis that does not have it yet. */
function script(lua: string): Script {
  const sha = createHash('sha1').update(lua).digest('hex');
  return async (redis, keys, args) => {
    try {
      return await redis.evalsha(sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return await redis.eval(lua, keys.length, ...keys, ...args);
    }
  };
}

// A Redis at maxmemory refuses a script whose first write needs memory, and lets it pass once it has deleted something.
// So scripts that take in work start with a write that needs some, and those that get work done start with a deletion.

const lib = `
local terminal = { ${terminalStates.map((state) => `${state} = true`).join(', ')} }
local function now_ms()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end
local function set(key, from)
  local fields = {}
  for i = from, #ARGV do fields[#fields + 1] = ARGV[i] end
  redis.call('HSET', key, unpack(fields))
end
`;

/**
 * Writes a new record, once per id.
 * KEYS record, open. ARGV id, ttl_ms, check_after_ms, field, value, … Returns the time (ms), or 0 when the id is taken.
 */
export const createRecord = script(`${lib}
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local now = now_ms()
set(KEYS[1], 4)
redis.call('HSET', KEYS[1], 'state', 'queued', 'attempt', 0, 'created_ms', now, 'expires_ms', now + ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[1])
return now
`);

/**
 * Takes back a submission that was answered with an error, unless a worker has it already. Only what this very
 * submission wrote is removed: the same id may have been submitted again and accepted in the meantime.
 * KEYS record, open, pixels, job, job lock, prioritized jobs. ARGV id, pixels name. Returns 1 when something was taken back.
 */
export const discardRecord = script(`
redis.call('UNLINK', KEYS[3])
local record = redis.call('HMGET', KEYS[1], 'state', 'pixels')
if record[1] ~= 'queued' or record[2] ~= ARGV[2] then return 0 end
redis.call('UNLINK', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
if redis.call('EXISTS', KEYS[5]) == 0 and redis.call('ZREM', KEYS[6], ARGV[1]) == 1 then redis.call('UNLINK', KEYS[4]) end
return 1
`);

/**
 * A worker starts on a caption. Sending it again (after a lost reply) does not count another attempt.
 * KEYS record, job lock. ARGV id, token, channel. Returns 'gone', 'terminal', 'stale' or the record's fields.
 */
export const beginRecord = script(`${lib}
local record = redis.call('HMGET', KEYS[1], 'state', 'token')
if not record[1] then return 'gone' end
if terminal[record[1]] then return 'terminal' end
if redis.call('GET', KEYS[2]) ~= ARGV[2] then return 'stale' end
if record[2] ~= ARGV[2] then
  redis.call('HDEL', KEYS[1], 'started_ms')
  redis.call('HINCRBY', KEYS[1], 'attempt', 1)
  redis.call('HSET', KEYS[1], 'state', 'processing', 'token', ARGV[2], 'started_ms', now_ms())
  redis.call('PUBLISH', ARGV[3], ARGV[1] .. ' processing')
end
return redis.call('HGETALL', KEYS[1])
`);

/** Who may change a record: the holder of the job's lock, or (no token) the reconciler, if nobody holds it. */
const fence = `${lib}
local state = redis.call('HGET', KEYS[1], 'state')
if not state then return 'gone' end
if terminal[state] then return 'terminal' end
local holder = redis.call('GET', KEYS[2])
if ARGV[2] == '' then
  if holder then return 'stale' end
elseif holder ~= ARGV[2] then
  return 'stale'
end
`;

/**
 * Ends a caption: the only writer of terminal states.
 * KEYS record, job lock, open, pixels. ARGV id, token, channel, state, retention_ms, field, value, …
 * Returns 'written', 'gone', 'terminal' or 'stale'.
 */
export const finishRecord = script(`${fence}
redis.call('UNLINK', KEYS[4])
redis.call('ZREM', KEYS[3], ARGV[1])
local now = now_ms()
redis.call('HDEL', KEYS[1], 'token')
set(KEYS[1], 6)
redis.call('HSET', KEYS[1], 'state', ARGV[4], 'finished_ms', now, 'expires_ms', now + ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('PUBLISH', ARGV[3], ARGV[1] .. ' ' .. ARGV[4])
return 'written'
`);

/**
 * Puts a caption back to queued, to be attempted again.
 * KEYS record, job lock. ARGV id, token, channel. Returns 'written', 'gone', 'terminal' or 'stale'.
 */
export const requeueRecord = script(`${fence}
redis.call('HDEL', KEYS[1], 'token')
redis.call('HSET', KEYS[1], 'state', 'queued')
redis.call('PUBLISH', ARGV[3], ARGV[1] .. ' queued')
return 'written'
`);

/** KEYS open. ARGV count. Returns the ids that are due for a look, oldest first. */
export const dueRecords = script(`${lib}
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now_ms(), 'LIMIT', 0, ARGV[1])
`);

/** KEYS open. ARGV id, after_ms. Puts off the next look at a caption. */
export const deferRecord = script(`${lib}
return redis.call('ZADD', KEYS[1], 'XX', now_ms() + ARGV[2], ARGV[1])
`);
