-- The lists of a tenant's work and batches: all, by state, and the work of each batch. The prefix of an id says which
-- kind it is of: captions, answers, matches and batches are listed apart. What is queued, of whatever kind and tenant,
-- is in one set more, the oldest first.
local keys = require 'keys'

local lists = {}
-- The newest that can be listed.
local listed_max = 100000

local function list_of(id, tenant, state) return keys.list(id:sub(1, 3), tenant, state) end

-- Puts an id on a list: all of a tenant's, those in one state or, with a batch's id for `state`, those of the batch.
-- Drops from it what is too old to exist, and what is too much.
function lists.add(id, tenant, state, created_ms, life_ms, now)
  local list = list_of(id, tenant, state)
  redis.call('ZADD', list, created_ms, id)
  redis.call('ZREMRANGEBYSCORE', list, '-inf', now - life_ms)
  redis.call('ZREMRANGEBYRANK', list, 0, -listed_max - 1)
  redis.call('PEXPIRE', list, math.ceil(life_ms))
  if state == 'queued' then redis.call('ZADD', keys.queued, created_ms, id) end
end

function lists.remove(id, tenant, state)
  redis.call('ZREM', list_of(id, tenant, state), id)
  if state == 'queued' then redis.call('ZREM', keys.queued, id) end
end

return lists
