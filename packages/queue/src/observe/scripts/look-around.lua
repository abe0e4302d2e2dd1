local arguments = require 'arguments'
local bullmq = require 'bullmq'
local clock = require 'clock'
local keys = require 'keys'
local pace = require 'pace'

local limit, now = arguments.limit, clock.now_ms()

-- Some fields of each record that is still there: id, value or false, …
local function records(ids, names)
  local found = {}
  for _, id in ipairs(ids) do
    local values = redis.call('HMGET', keys.record(id), 'state', unpack(names))
    if values[1] then
      table.insert(values, 1, id)
      found[#found + 1] = values
    end
  end
  return found
end

-- Work in a state: the oldest of what has not ended, of the rest the newest.
local function work_in(state)
  local ids
  if state == 'queued' then
    ids = redis.call('ZRANGE', keys.queued, 0, limit - 1)
  else
    local range = state == 'processing' and 'ZRANGE' or 'ZREVRANGE'
    ids = redis.call(range, keys.latest(state), 0, limit - 1)
  end
  return records(ids, arguments.names)
end

-- How long what is queued has waited, at each of these percentiles (nearest rank), in milliseconds.
local function ages()
  local count, found = redis.call('ZCARD', keys.queued), {}
  for i, percent in ipairs(arguments.percentiles) do
    local rank = count - math.ceil(percent / 100 * count)
    local created_ms = redis.call('ZRANGE', keys.queued, rank, rank, 'WITHSCORES')[2]
    found[i] = created_ms and clock.elapsed_ms(created_ms, now) or 0
  end
  return found
end

-- Endpoints that fail: since when, whether they are disabled, the last delivery that failed and its last attempt.
local function failing_endpoints()
  local found = {}
  for _, endpoint in ipairs(redis.call('ZREVRANGE', keys.failing, 0, limit - 1)) do
    local since_ms, disabled, id = unpack(redis.call('HMGET', endpoint, 'failing_ms', 'disabled', 'delivery'))
    local delivery = id and redis.call('HMGET', keys.delivery(id), unpack(arguments.delivery_names))
    -- One that was deleted with its work has no address any more.
    if delivery and delivery[1] then
      local attempt = redis.call('LINDEX', keys.attempts(id), -1)
      found[#found + 1] = { id, since_ms, disabled and 1 or 0, delivery, attempt }
    end
  end
  return found
end

local states = {}
for i, state in ipairs(arguments.states) do states[i] = { work_in(state), redis.call('ZCOUNT',
  state == 'queued' and keys.queued or keys.latest(state), now - arguments.recent_ms, '+inf') } end
local deliveries = bullmq.count(keys.notify, now)
return {
  now,
  pace.buckets(now),
  ages(),
  states,
  records(redis.call('ZREVRANGE', keys.latest('succeeded'), 0, arguments.sample - 1), arguments.timing_names),
  { redis.call('ZCARD', keys.failing), failing_endpoints() },
  { deliveries.waiting + deliveries.active, deliveries.delayed },
}
