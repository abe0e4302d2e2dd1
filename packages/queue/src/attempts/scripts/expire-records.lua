local arguments = require 'arguments'
local bullmq = require 'bullmq'
local clock = require 'clock'
local keys = require 'keys'
local work = require 'work'

-- How soon work is looked at again that a worker has taken and not begun: it may give it back.
local again_ms = 1000

local now = clock.now_ms()

-- Ends work whose deadline has passed. Says whether it did.
local function expire(id)
  redis.call('ZREM', keys.deadlines, id)
  local state, deadline_ms, attempt = unpack(redis.call('HMGET', keys.record(id), 'state', 'deadline_ms', 'attempt'))
  if state ~= 'queued' or attempt ~= '0' or not deadline_ms then return false end
  local queue = work.queue(id)
  if bullmq.is_locked(queue, id) then
    redis.call('ZADD', keys.deadlines, now + again_ms, id)
    return false
  end
  work.finish(id, 'expired', now)
  bullmq.remove(queue, id)
  return true
end

local passed = redis.call('ZRANGEBYSCORE', keys.deadlines, '-inf', '(' .. now, 'LIMIT', 0, arguments.count)
local expired = {}
for _, id in ipairs(passed) do
  if expire(id) then expired[#expired + 1] = id end
end
return { #passed, expired }
