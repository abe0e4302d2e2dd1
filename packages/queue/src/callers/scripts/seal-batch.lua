local arguments = require 'arguments'
local batches = require 'batches'
local clock = require 'clock'
local keys = require 'keys'

local id = arguments.id
local batch = keys.batch(id)
local tenant, items, idempotency, fingerprint = unpack(redis.call('HMGET', batch,
  'tenant', 'items', 'idempotency', 'fingerprint'))
if tenant ~= arguments.tenant then return false end
if not items then
  redis.call('HSET', batch, 'items', arguments.items, 'refused', arguments.refused)
  if idempotency then
    redis.call('SET', keys.idempotency(idempotency), id .. ' ' .. fingerprint, 'PX', redis.call('PTTL', batch))
  end
  batches.settle(id, clock.now_ms())
end
return redis.call('HGETALL', batch)
