local keys = require 'keys'
local lists = require 'lists'
local outbox = require 'outbox'
local tombstones = require 'tombstones'

local batches = {}

-- Ends a batch when its images are all in and its work has all ended.
function batches.settle(id, now)
  local batch = keys.batch(id)
  local items, queued, processing, finished_ms, retention_ms, idempotency, tenant, created_ms, expires_ms =
    unpack(redis.call('HMGET', batch, 'items', 'queued', 'processing', 'finished_ms', 'retention_ms', 'idempotency',
      'tenant', 'created_ms', 'expires_ms'))
  if not items or finished_ms or tonumber(queued) > 0 or tonumber(processing) > 0 then return end
  redis.call('HSET', batch, 'finished_ms', now, 'expires_ms', now + retention_ms)
  redis.call('PEXPIRE', batch, retention_ms)
  tombstones.keep(id, retention_ms)
  lists.remove(id, tenant, 'processing')
  lists.add(id, tenant, 'completed', created_ms, expires_ms - created_ms, now)
  if idempotency then redis.call('PEXPIRE', keys.idempotency(idempotency), retention_ms) end
  redis.call('PUBLISH', keys.states, id .. ' completed 0')
  outbox.post('batch.completed', id, batch, now)
end

-- All items of a batch are in, or never will be. `items`: JSON of what became of each, of which so many were refused.
-- The first word counts. Says whether this was it.
function batches.seal(id, items, refused, now)
  local batch = keys.batch(id)
  redis.call('ZREM', keys.unsealed, id)
  if redis.call('HSETNX', batch, 'items', items) == 0 then return false end
  redis.call('HSET', batch, 'refused', refused)
  redis.call('HDEL', batch, 'ids')
  batches.settle(id, now)
  return true
end

-- Whether it takes no more items.
function batches.is_sealed(id)
  return redis.call('HEXISTS', keys.batch(id), 'items') == 1
end

-- Moves one item of a batch from a count to another; either may be nil.
function batches.count(id, from, to, now)
  local batch = keys.batch(id)
  if redis.call('EXISTS', batch) == 0 then return end
  if from then redis.call('HINCRBY', batch, from, -1) end
  if to then redis.call('HINCRBY', batch, to, 1) end
  batches.settle(id, now)
end

return batches
