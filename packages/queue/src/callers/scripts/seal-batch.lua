local arguments = require 'arguments'
local batches = require 'batches'
local clock = require 'clock'
local keys = require 'keys'

local id = arguments.id
local batch = keys.batch(id)
if redis.call('HGET', batch, 'tenant') ~= arguments.tenant then return false end
batches.seal(id, arguments.items, arguments.refused, clock.now_ms())
return redis.call('HGETALL', batch)
