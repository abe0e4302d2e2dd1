-- Batches and their items. What became of an item when it was submitted stands under its index: `<id> <hash> <key>` of
-- one that was taken, JSON of one that was refused. The first word about an index counts.
local clock = require 'clock'
local constants = require 'constants'
local keys = require 'keys'
local lists = require 'lists'
local outbox = require 'outbox'
local tombstones = require 'tombstones'

local batches = {}

local terminal = {}
for _, state in ipairs(constants.terminal_states) do terminal[state] = true end

-- What stands under the index of an item that was taken.
local function slot_of(item) return item.id .. ' ' .. (item.hash or '') .. ' ' .. (item.key or '') end

-- Another version: whoever watches it reads it again.
local function announce(id, word, now)
  local batch = keys.batch(id)
  redis.call('HSET', batch, 'version', clock.next_version(redis.call('HGET', batch, 'version'), now))
  redis.call('PUBLISH', keys.states, id .. ' ' .. word .. ' 0')
end

-- What belongs to a batch goes with it.
local function lives_as_long(key, id)
  local ms = redis.call('PTTL', keys.batch(id))
  if ms > 0 then redis.call('PEXPIRE', key, ms) end
end

-- Ends a batch when its items are all in and its work has all ended.
function batches.settle(id, now)
  local batch = keys.batch(id)
  local items, queued, processing, finished_ms, retention_ms, idempotency, tenant, created_ms, expires_ms =
    unpack(redis.call('HMGET', batch, 'items', 'queued', 'processing', 'finished_ms', 'retention_ms', 'idempotency',
      'tenant', 'created_ms', 'expires_ms'))
  if not items or finished_ms or tonumber(queued) > 0 or tonumber(processing) > 0 then return end
  redis.call('HSET', batch, 'finished_ms', now, 'expires_ms', now + retention_ms)
  for _, key in ipairs({ batch, keys.batch_items(id), keys.batch_results(id) }) do
    redis.call('PEXPIRE', key, retention_ms)
  end
  tombstones.keep(id, retention_ms)
  lists.remove(id, tenant, 'processing')
  lists.add(id, tenant, 'completed', created_ms, expires_ms - created_ms, now)
  if idempotency then redis.call('PEXPIRE', keys.idempotency(idempotency), retention_ms) end
  announce(id, 'completed', now)
  outbox.post('batch.completed', id, batch, now)
end

-- What is known of an item that is to be taken: `known`, it was; `refused`; `reused`, another one was taken under its
-- index; `sealed`, the batch takes no more. Nil for a new one.
local function known_by(slot, item, takes_more)
  if not slot then return not takes_more and 'sealed' or nil end
  if slot:sub(1, 1) == '{' then return 'refused' end
  return slot:find(item.id .. ' ' .. item.hash .. ' ', 1, true) == 1 and 'known' or 'reused'
end

-- What is known of each of some items, by their places in the list. Of two with one index the later one is known.
function batches.known(id, items)
  local indices, known, before = {}, {}, {}
  for i, item in ipairs(items) do indices[i] = item.index end
  local slots = redis.call('HMGET', keys.batch_items(id), unpack(indices))
  local tenant, sealed = unpack(redis.call('HMGET', keys.batch(id), 'tenant', 'items'))
  for i, item in ipairs(items) do
    known[i] = known_by(slots[i] or before[item.index], item, tenant and not sealed)
    before[item.index] = slot_of(item)
  end
  return known
end

-- Notes new items, all of which are taken.
function batches.take(id, items, now)
  local slots, fields = keys.batch_items(id), {}
  for i, item in ipairs(items) do fields[2 * i - 1], fields[2 * i] = item.index, slot_of(item) end
  local new = redis.call('HSET', slots, unpack(fields))
  local total = redis.call('HINCRBY', keys.batch(id), 'total', new)
  if total == new then lives_as_long(slots, id) end
  redis.call('ZADD', keys.unsealed, 'XX', now + constants.seal_within_ms, id)
end

-- Notes an item that is refused, unless it was taken or refused before.
function batches.refuse(id, item, now)
  local batch, slots, results = keys.batch(id), keys.batch_items(id), keys.batch_results(id)
  if redis.call('HSETNX', slots, item.index, cjson.encode({ key = item.key, error = item.error })) == 0 then return end
  if redis.call('HINCRBY', batch, 'total', 1) == 1 then lives_as_long(slots, id) end
  redis.call('HINCRBY', batch, 'refused', 1)
  if redis.call('RPUSH', results, item.index .. ' ') == 1 then lives_as_long(results, id) end
  announce(id, 'progressed', now)
end

-- An item was taken back.
function batches.take_back(id, index)
  if index and redis.call('HDEL', keys.batch_items(id), index) == 1 then
    redis.call('HINCRBY', keys.batch(id), 'total', -1)
  end
end

-- Refuses what is missing of the first so many items, and at least of those before the last that came.
function batches.fill(id, count, error, now)
  local slots, last = keys.batch_items(id), count - 1
  if redis.call('HLEN', slots) == count then return end
  for _, index in ipairs(redis.call('HKEYS', slots)) do last = math.max(last, tonumber(index)) end
  for index = 0, last do
    if redis.call('HEXISTS', slots, index) == 0 then batches.refuse(id, { index = index, error = error }, now) end
  end
end

-- The items of a short batch as they are shown, as JSON.
local function shown(id)
  local slots, items = redis.call('HGETALL', keys.batch_items(id)), {}
  for i = 1, #slots, 2 do
    local index, slot = tonumber(slots[i]), slots[i + 1]
    local work_id, key = slot:match('^(%S+) %S* (.*)$')
    local refusal = slot:sub(1, 1) == '{' and cjson.decode(slot)
    if refusal then work_id, key = cjson.null, refusal.key end
    items[#items + 1] = {
      index = index,
      key = key and key ~= '' and key or cjson.null,
      id = work_id,
      error = refusal and refusal.error or cjson.null,
    }
  end
  table.sort(items, function(one, other) return one.index < other.index end)
  return #items > 0 and cjson.encode(items) or '[]'
end

-- All items of a batch are in, or never will be. The first word counts. Says whether this was it.
function batches.seal(id, now)
  local batch = keys.batch(id)
  redis.call('ZREM', keys.unsealed, id)
  if redis.call('HEXISTS', batch, 'items') == 1 then return false end
  local total = tonumber(redis.call('HGET', batch, 'total'))
  redis.call('HSET', batch, 'items', total <= constants.batch_items_shown_max and shown(id) or 'null')
  announce(id, 'progressed', now)
  batches.settle(id, now)
  return true
end

-- Whether it takes no more items.
function batches.is_sealed(id)
  return redis.call('HEXISTS', keys.batch(id), 'items') == 1
end

-- So many new items are queued.
function batches.enqueue(id, count, now)
  redis.call('HINCRBY', keys.batch(id), 'queued', count)
  announce(id, 'progressed', now)
end

-- Moves an item of a batch, the work of this id, from a count to another; either may be nil.
function batches.count(id, work_id, from, to, now)
  local batch, results = keys.batch(id), keys.batch_results(id)
  if redis.call('EXISTS', batch) == 0 then return end
  if from then redis.call('HINCRBY', batch, from, -1) end
  if to then redis.call('HINCRBY', batch, to, 1) end
  local index = to and terminal[to] and redis.call('HGET', keys.record(work_id), 'item')
  if index and redis.call('RPUSH', results, index .. ' ' .. work_id) == 1 then lives_as_long(results, id) end
  announce(id, 'progressed', now)
  batches.settle(id, now)
end

return batches
