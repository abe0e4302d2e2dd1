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
local due_ms = now + arguments.after_ms
local deadline_ms, attempt = unpack(redis.call('HMGET', record, 'deadline_ms', 'attempt'))
if deadline_ms and attempt == '0' then due_ms = math.min(due_ms, math.max(tonumber(deadline_ms), now + 1000)) end
redis.call('ZADD', keys.open, 'XX', due_ms, id)
