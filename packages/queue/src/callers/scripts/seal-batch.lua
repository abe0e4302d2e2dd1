local arguments = require 'arguments'
local batches = require 'batches'
local clock = require 'clock'
local keys = require 'keys'
local stored = require 'stored'

local id = arguments.id
local batch = keys.batch(id)
if redis.call('HGET', batch, 'tenant') ~= arguments.tenant then return false end
local now = clock.now_ms()
if batches.seal(id, arguments.items, arguments.refused, now) and arguments.memory_room then
  stored.add(arguments.tenant, #arguments.items, arguments.kept_ms, now)
end
return redis.call('HGETALL', batch)
