-- Work whose image is still to be fetched from its `source`
-- (docs/explanation/decisions/0011-fetching-is-a-stage.md). It waits at a turn, by model; at most so many of a model
-- are fetched ahead of its workers. Its record has `host`, whom the image is asked of, as long as it is in this
-- stage, and `fetch_token` while a gateway has it in hand.
local keys = require 'keys'
local sorted_sets = require 'sorted-sets'
local turns = require 'turns'

local fetches = {}

-- The name under which the turns of a model's fetches are kept.
local function turns_of(queue) return 'fetch ' .. queue end

local function wait(id, queue, turn)
  redis.call('ZADD', keys.fetches(queue), turn, id)
  redis.call('SADD', keys.fetch_queues, queue)
end

-- The turns of so much new work of a tenant, a list. Their records have them as `fetch_turn`.
function fetches.turns(queue, tenant, weight, count, life_ms)
  return turns.take_many(turns_of(queue), tenant, weight, 1, count, life_ms)
end

-- New work waits, each at its turn.
function fetches.enter(ids, taken, queue, tenant, now)
  sorted_sets.add(keys.unfetched, ids, now)
  redis.call('HINCRBY', keys.load, 'fetch:' .. tenant, #ids)
  redis.call('HINCRBY', keys.load, 'unfetched:' .. queue, #ids)
  sorted_sets.add(keys.fetches(queue), ids, taken)
  redis.call('SADD', keys.fetch_queues, queue)
end

-- How much of a model is in this stage.
function fetches.in_queue(queue) return tonumber(redis.call('HGET', keys.load, 'unfetched:' .. queue) or 0) end

-- How much of a tenant is in this stage.
function fetches.of(tenant) return tonumber(redis.call('HGET', keys.load, 'fetch:' .. tenant) or 0) end

-- Nobody has it in hand, and the host is asked for one less. Two that wait for it come back: more than one, so that a
-- host which could be asked for little for a while is soon asked for as much as it may be.
function fetches.free(id, host)
  redis.call('SREM', keys.fetching, id)
  redis.call('SREM', keys.asked(host), id)
  local parked = redis.call('ZPOPMIN', keys.parked(host), 2)
  for i = 1, #parked, 2 do
    local queue = redis.call('HGET', keys.record(parked[i]), 'jobs')
    if queue then wait(parked[i], queue, parked[i + 1]) end
  end
end

-- It has been fetched, or has ended. Begins with a deletion.
function fetches.leave(id)
  if redis.call('ZREM', keys.unfetched, id) == 0 then return end
  local record = keys.record(id)
  local queue, tenant, host, weight, tries = unpack(redis.call('HMGET', record,
    'jobs', 'tenant', 'host', 'weight', 'fetch_tries'))
  redis.call('ZREM', keys.fetches(queue), id)
  redis.call('ZREM', keys.fetch_due, id)
  redis.call('ZREM', keys.parked(host), id)
  fetches.free(id, host)
  redis.call('HDEL', record, 'host', 'fetch_token')
  if redis.call('HINCRBY', keys.load, 'unfetched:' .. queue, -1) <= 0 then
    redis.call('HDEL', keys.load, 'unfetched:' .. queue)
  end
  local is_last = redis.call('HINCRBY', keys.load, 'fetch:' .. tenant, -1) <= 0
  if is_last then redis.call('HDEL', keys.load, 'fetch:' .. tenant) end
  if is_last or not tries then turns.give_back(turns_of(queue), tenant, weight, 1, is_last) end
end

-- Puts it back, to be fetched at its turn, or after so many milliseconds.
function fetches.put_back(id, after_ms, now)
  local queue, turn = unpack(redis.call('HMGET', keys.record(id), 'jobs', 'fetch_turn'))
  if after_ms > 0 then redis.call('ZADD', keys.fetch_due, now + after_ms, id) else wait(id, queue, turn) end
end

-- What was put off and is due waits again.
function fetches.wake(due)
  for _, id in ipairs(due) do
    redis.call('ZREM', keys.fetch_due, id)
    local queue, turn = unpack(redis.call('HMGET', keys.record(id), 'jobs', 'fetch_turn'))
    if queue then wait(id, queue, turn) end
  end
end

-- Takes out the one whose turn it is; nil when none waits.
function fetches.next(queue)
  local id = redis.call('ZPOPMIN', keys.fetches(queue))[1]
  if not id then redis.call('SREM', keys.fetch_queues, queue) end
  return id
end

-- Waits until its host is asked for less.
function fetches.park(id, host, turn) redis.call('ZADD', keys.parked(host), turn, id) end

function fetches.begin(queue, turn, life_ms) turns.begin(turns_of(queue), turn, life_ms) end

return fetches
