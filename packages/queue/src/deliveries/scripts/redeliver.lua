local arguments = require 'arguments'
local clock = require 'clock'
local delivery_state = require 'delivery-state'
local keys = require 'keys'
local outbox = require 'outbox'

local id = arguments.id
local delivery = keys.delivery(id)
local tenant, url = unpack(redis.call('HMGET', delivery, 'tenant', 'url'))
if tenant ~= arguments.tenant then return end
local round = redis.call('HINCRBY', delivery, 'round', 1)
redis.call('HDEL', delivery, 'next_ms', 'finished_ms', 'reason')
redis.call('HSET', delivery, 'tries', 0)
delivery_state.move(id, 'pending', clock.now_ms())
outbox.add(id, round, url, tenant)
