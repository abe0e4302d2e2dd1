local arguments = require 'arguments'
local clock = require 'clock'
local delivery_state = require 'delivery-state'
local keys = require 'keys'

local id = arguments.id
local delivery = keys.delivery(id)
local refusal = delivery_state.refusal(id, arguments.round)
if refusal then return refusal end
local next_ms, tenant, url = unpack(redis.call('HMGET', delivery, 'next_ms', 'tenant', 'url'))
local now = clock.now_ms()
-- A later round was asked for by hand.
if arguments.round == 0 and redis.call('HEXISTS', keys.endpoint(tenant, url), 'disabled') == 1 then
  redis.call('HDEL', delivery, 'next_ms')
  delivery_state.fail(id, 'endpoint_disabled', now)
  return 'over'
end
if next_ms and tonumber(next_ms) > now then return tonumber(next_ms) - now end
return { redis.call('HGETALL', delivery), now }
