-- The lists of a tenant's work and batches: all, by state, and the work of each batch. The prefix of an id says which
-- kind it is of: captions, answers, matches and batches are listed apart. Work of whatever kind and tenant is in one
-- set more by its state: what is queued all of it, the oldest first; of the others the newest, by when they got there.
local constants = require 'constants'
local keys = require 'keys'
local sorted_sets = require 'sorted-sets'

local lists = {}
-- The newest that can be listed.
local listed_max = 100000
local latest_max = 1000

local states = {}
for _, state in ipairs(constants.states) do states[state] = true end

-- The set over all tenants that an id in this state is in; nil for batches, which have states too, and where `state` is
-- a batch.
local function set_of_all(id, state)
  if not states[state] or not constants.objects[id:sub(1, 3)] then return nil end
  return state == 'queued' and keys.queued or keys.latest(state)
end

local function add_to_all(ids, state, created_ms, life_ms, now)
  local set = set_of_all(ids[1], state)
  if not set then return end
  sorted_sets.add(set, ids, state == 'queued' and created_ms or now)
  if state == 'queued' then return end
  redis.call('ZREMRANGEBYRANK', set, 0, -latest_max - 1)
  redis.call('PEXPIRE', set, math.ceil(life_ms))
end

local function list_of(id, tenant, state) return keys.list(id:sub(1, 3), tenant, state) end

-- Puts ids of one kind on a list: all of a tenant's, those in one state or, with a batch's id for `state`, those of the
-- batch. Drops from it what is too old to exist, and what is too much.
function lists.add_all(ids, tenant, state, created_ms, life_ms, now)
  local list = list_of(ids[1], tenant, state)
  sorted_sets.add(list, ids, created_ms)
  redis.call('ZREMRANGEBYSCORE', list, '-inf', now - life_ms)
  redis.call('ZREMRANGEBYRANK', list, 0, -listed_max - 1)
  redis.call('PEXPIRE', list, math.ceil(life_ms))
  add_to_all(ids, state, created_ms, life_ms, now)
end

function lists.add(id, ...) lists.add_all({ id }, ...) end

function lists.remove(id, tenant, state)
  redis.call('ZREM', list_of(id, tenant, state), id)
  local set = set_of_all(id, state)
  if set then redis.call('ZREM', set, id) end
end

return lists
