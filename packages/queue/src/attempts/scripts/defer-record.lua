local arguments = require 'arguments'
local clock = require 'clock'
local keys = require 'keys'
local work = require 'work'

local id = arguments.id
local record = keys.record(id)
if redis.call('EXISTS', record) == 0 then
  work.close(id)
  return
end
local now = clock.now_ms()
redis.call('HDEL', record, 'storing')
-- Its pixels may expire sooner, which ends it.
local pixels_ms = redis.call('PTTL', keys.pixels(redis.call('HGET', record, 'pixels') or ''))
local after_ms = pixels_ms < 0 and arguments.after_ms or math.min(arguments.after_ms, pixels_ms + 1)
redis.call('ZADD', keys.open, 'XX', now + after_ms, id)
local state, deadline_ms, timeout_ms, attempt = unpack(redis.call('HMGET', record,
  'state', 'deadline_ms', 'timeout_ms', 'attempt'))
if state ~= 'queued' or attempt ~= '0' or not deadline_ms then return end
-- More than its whole time is left only if the clock went back.
if timeout_ms and deadline_ms - now > tonumber(timeout_ms) then
  deadline_ms = now + timeout_ms
  redis.call('HSET', record, 'deadline_ms', deadline_ms)
end
redis.call('ZADD', keys.deadlines, deadline_ms, id)
