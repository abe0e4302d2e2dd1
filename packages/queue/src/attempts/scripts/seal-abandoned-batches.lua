local arguments = require 'arguments'
local batches = require 'batches'
local clock = require 'clock'
local constants = require 'constants'
local keys = require 'keys'

local now = clock.now_ms()
local sealed = {}
for _, id in ipairs(clock.due(keys.unsealed, now, constants.seal_within_ms, arguments.count)) do
  redis.call('ZREM', keys.unsealed, id)
  local tenant, expected = unpack(redis.call('HMGET', keys.batch(id), 'tenant', 'expected'))
  if tenant then
    batches.fill(id, tonumber(expected or 0), arguments.error, now)
    batches.seal(id, now)
    sealed[#sealed + 1] = id
  end
end
return sealed
