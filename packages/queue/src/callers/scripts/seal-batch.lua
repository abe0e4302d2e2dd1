local arguments = require 'arguments'
local batches = require 'batches'
local clock = require 'clock'
local keys = require 'keys'
local stored = require 'stored'

local id = arguments.id
local batch = keys.batch(id)
if redis.call('HGET', batch, 'tenant') ~= arguments.tenant then return false end
local now = clock.now_ms()
if batches.seal(id, arguments.items, arguments.refused, now) then stored.add(arguments, #arguments.items, now) end
return redis.call('HGETALL', batch)
