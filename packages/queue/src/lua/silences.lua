-- How many workers began work and fell silent: a worker's death in between is the work's doing, perhaps. A worker that
-- took the job and never began it has nothing to do with it: Redis ended before it answered, for example.
local clock = require 'clock'
local keys = require 'keys'

local silences = {}

-- `holder`: of whoever had begun it and did not give it back. Returns how many there have been.
function silences.count(id, holder)
  if holder then return redis.call('HINCRBY', keys.record(id), 'silences', 1) end
  return tonumber(redis.call('HGET', keys.record(id), 'silences') or 0)
end

-- How many there have been, with the one who has it in hand.
function silences.so_far(id)
  local before, holder = unpack(redis.call('HMGET', keys.record(id), 'silences', 'token'))
  return tonumber(before or 0) + (holder and 1 or 0)
end

-- One speaks up after all. `is_latest`: nobody has begun the work since. A job that was given up is gone, so the
-- reconciler looks at the work soon.
function silences.forgive(id, is_latest)
  local record = keys.record(id)
  redis.call('ZADD', keys.open, 'XX', 'LT', clock.now_ms(), id)
  if is_latest then
    redis.call('HDEL', record, 'token')
  elseif tonumber(redis.call('HGET', record, 'silences') or 0) > 0 then
    redis.call('HINCRBY', record, 'silences', -1)
  end
end

return silences
