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
redis.call('ZADD', keys.open, 'XX', now + arguments.after_ms, id)
local state, deadline_ms, timeout_ms, attempt = unpack(redis.call('HMGET', record,
  'state', 'deadline_ms', 'timeout_ms', 'attempt'))
if state ~= 'queued' or attempt ~= '0' or not deadline_ms then return end
-- More than its whole time is left only if the clock went back.
if timeout_ms and deadline_ms - now > tonumber(timeout_ms) then
  deadline_ms = now + timeout_ms
  redis.call('HSET', record, 'deadline_ms', deadline_ms)
end
redis.call('ZADD', keys.deadlines, deadline_ms, id)
