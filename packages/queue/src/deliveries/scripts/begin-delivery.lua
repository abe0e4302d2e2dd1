local arguments = require 'arguments'
local clock = require 'clock'
local delivery_state = require 'delivery-state'
local keys = require 'keys'

local id = arguments.id
local delivery = keys.delivery(id)
local refusal = delivery_state.refusal(id, arguments.round)
if refusal then return refusal end
local next_ms, pause_ms, tenant, url = unpack(redis.call('HMGET', delivery, 'next_ms', 'pause_ms', 'tenant', 'url'))
local now = clock.now_ms()
-- A later round was asked for by hand.
if arguments.round == 0 and redis.call('HEXISTS', keys.endpoint(tenant, url), 'disabled') == 1 then
  redis.call('HDEL', delivery, 'next_ms')
  delivery_state.fail(id, 'endpoint_disabled', now)
  return 'over'
end
local early_ms = next_ms and next_ms - now or 0
-- More than the whole pause is left only if the clock went back.
if early_ms > 0 and early_ms <= tonumber(pause_ms or early_ms) then return early_ms end
return { redis.call('HGETALL', delivery), now }
