local arguments = require 'arguments'
local clock = require 'clock'
local delivery_state = require 'delivery-state'
local keys = require 'keys'
local outbox = require 'outbox'

local attempts_kept = 50
-- Endpoints that are known to fail, over all tenants: the newest.
local failing_max = 1000

-- The endpoint fails, and this delivery is the last to say so.
local function note_failing(endpoint, id, now)
  redis.call('HSETNX', endpoint, 'failing_ms', now)
  redis.call('HSET', endpoint, 'delivery', id)
  redis.call('PEXPIRE', endpoint, outbox.delivery_life_ms)
  redis.call('ZADD', keys.failing, now, endpoint)
  redis.call('ZREMRANGEBYSCORE', keys.failing, '-inf', now - outbox.delivery_life_ms)
  redis.call('ZREMRANGEBYRANK', keys.failing, 0, -failing_max - 1)
  redis.call('PEXPIRE', keys.failing, outbox.delivery_life_ms)
end

local id, status, reason = arguments.id, arguments.status, arguments.reason
local delivery, attempts = keys.delivery(id), keys.attempts(id)
local refusal = delivery_state.refusal(id, arguments.round)
if refusal then return refusal end
local now = clock.now_ms()
redis.call('HDEL', delivery, 'next_ms')
redis.call('RPUSH', attempts, arguments.attempt)
redis.call('LTRIM', attempts, -attempts_kept, -1)
redis.call('HINCRBY', delivery, 'attempt', 1)
redis.call('HINCRBY', delivery, 'tries', 1)
local endpoint = keys.endpoint(unpack(redis.call('HMGET', delivery, 'tenant', 'url')))
if status == 'delivered' then
  redis.call('DEL', endpoint)
  redis.call('ZREM', keys.failing, endpoint)
  redis.call('HSET', delivery, 'finished_ms', now)
  delivery_state.move(id, 'delivered', now)
  return 'delivered'
end
note_failing(endpoint, id, now)
local is_worn_out = now - redis.call('HGET', endpoint, 'failing_ms') >= arguments.failing_max_ms
if is_worn_out or reason == 'gone' then redis.call('HSET', endpoint, 'disabled', 1) end
if status == 'retry' and not is_worn_out then
  redis.call('HSET', delivery, 'next_ms', now + arguments.pause_ms, 'pause_ms', arguments.pause_ms)
  delivery_state.move(id, 'pending', now)
  return 'pending'
end
delivery_state.fail(id, status == 'failed' and reason or 'endpoint_disabled', now)
return 'failed'
