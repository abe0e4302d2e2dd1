local arguments = require 'arguments'
local clock = require 'clock'
local fetch_stage = require 'fetch-stage'
local fetches = require 'fetches'
local hosts = require 'hosts'
local keys = require 'keys'
local pixels = require 'pixels'

-- Work that one call looks at.
local steps = 300
local pause_max_ms = 3600000

local now = clock.now_ms()
local claimed = {}

local function has_room(queue, bytes)
  local ahead_max = math.max(1, math.min(arguments.ahead_max, math.floor(arguments.ahead_bytes_max / bytes)))
  return redis.call('SCARD', keys.ahead(queue)) < ahead_max
    and redis.call('ZCARD', keys.open) < arguments.open_max
    and pixels.make_room(arguments.bytes_max - bytes, now)
    and (not arguments.memory_room or bytes * (#claimed + 1) < arguments.memory_room)
end

-- It counts against the bounds from now on, as if its pixels were there.
local function claim(id, queue, host, turn, tenant, bytes, life_ms)
  local record, token = keys.record(id), arguments.tokens[#claimed + 1]
  local name = id .. '.' .. token .. '.' .. bytes
  redis.call('HINCRBY', record, 'fetch_tries', 1)
  redis.call('HSET', record, 'fetch_token', token, 'pixels', name, 'ahead', queue)
  redis.call('SADD', keys.fetching, id)
  redis.call('SADD', keys.asked(host), id)
  redis.call('SADD', keys.ahead(queue), id)
  redis.call('ZADD', keys.open, now + arguments.lease_ms, id)
  redis.call('HSET', keys.owners, id, tenant)
  redis.call('HINCRBY', keys.load, 'tenant:' .. tenant, 1)
  pixels.count(name, now, arguments.pixels_ms)
  fetches.begin(queue, turn, life_ms)
  claimed[#claimed + 1] = { id, redis.call('HGETALL', record) }
end

-- Claims the next of a model's work that can be fetched now. Says whether there was any.
local function claim_next(queue)
  while steps > 0 do
    steps = steps - 1
    local id = fetches.next(queue)
    if not id then return false end
    local host, turn, tenant, bytes, life_ms = unpack(redis.call('HMGET', keys.record(id),
      'host', 'fetch_turn', 'tenant', 'bytes', 'life_ms'))
    if host and hosts.is_down(host, now) then
      redis.call('HINCRBY', keys.record(id), 'fetch_tries', 1)
      fetch_stage.try_later(id, arguments.pauses_ms, arguments.down_error, now)
    elseif host and hosts.is_busy(host, arguments.per_host) then
      fetches.park(id, host, turn)
    elseif host and not has_room(queue, bytes) then
      fetches.put_back(id, 0, now)
      return false
    elseif host then
      claim(id, queue, host, turn, tenant, bytes, life_ms)
      return true
    end
  end
  return false
end

fetches.wake(clock.due(keys.fetch_due, now, pause_max_ms, steps))
local queues = redis.call('SMEMBERS', keys.fetch_queues)
while #queues > 0 and #claimed < #arguments.tokens do
  for i = #queues, 1, -1 do
    if #claimed >= #arguments.tokens then break end
    if not claim_next(queues[i]) then table.remove(queues, i) end
  end
end
return claimed
