local arguments = require 'arguments'
local clock = require 'clock'
local fence = require 'fence'
local keys = require 'keys'
local work = require 'work'

-- Within this time, what is attempted again should have been taken.
local retry_grace_ms = 5000

local id = arguments.id
local record = keys.record(id)
local refusal = fence.refusal(id, arguments.token)
if refusal then return refusal end
local now = clock.now_ms()
redis.call('HDEL', record, 'token', 'storing', 'given_up_ms')
if redis.call('HGET', record, 'cancel') then
  work.finish(id, 'canceled', now)
  return 'terminal'
end
work.move(id, 'queued', now)
redis.call('ZADD', keys.open, 'XX', 'LT', now + retry_grace_ms, id)
return 'written'
