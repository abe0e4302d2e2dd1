local arguments = require 'arguments'
local clock = require 'clock'
local constants = require 'constants'
local fetch_stage = require 'fetch-stage'
local fetches = require 'fetches'
local hashes = require 'hashes'
local hosts = require 'hosts'
local keys = require 'keys'
local pixels = require 'pixels'
local turns = require 'turns'
local work = require 'work'

local id, outcome, result = arguments.id, arguments.outcome, arguments.result
local record = keys.record(id)
local now = clock.now_ms()

-- It goes to the queue of its model, at a turn there, or has ended with a result that is known.
local function pass_on()
  local queue, tenant, weight, cost, life_ms, created_ms, name = unpack(redis.call('HMGET', record,
    'jobs', 'tenant', 'weight', 'cost', 'life_ms', 'created_ms', 'pixels'))
  if not result and redis.call('PEXPIRE', keys.pixels(name), arguments.image_ttl_ms) == 0 then
    fetch_stage.let_go(id)
    fetches.put_back(id, 0, now)
    return 'written'
  end
  fetches.leave(id)
  hashes.set(record, arguments.fields)
  if result then
    work.close(id)
    redis.call('HSET', record, 'result', result, 'cached', 1)
    work.finish(id, 'succeeded', now)
    return 'written'
  end
  pixels.count(name, now, arguments.image_ttl_ms)
  local turn = turns.take(queue, tenant, weight, cost, life_ms)
  redis.call('HSET', record, 'turn', turn, 'queued_ms', now, 'waited_ms', clock.elapsed_ms(created_ms, now))
  redis.call('ZADD', keys.open, now + constants.enqueue_grace_ms, id)
  work.announce(id, 'queued', now)
  return turn
end

local token, host = unpack(redis.call('HMGET', record, 'fetch_token', 'host'))
if token ~= arguments.token then return 'stale' end
if arguments.answered == true then hosts.answered(host) end
if arguments.answered == false then hosts.failed(host, now) end
if outcome == 'fetched' then return pass_on() end
if outcome == 'failed' then
  fetch_stage.fail(id, arguments.fields, now)
elseif outcome == 'again' then
  fetch_stage.try_later(id, arguments.pauses_ms, arguments.fields, now)
else
  fetch_stage.let_go(id)
  redis.call('HINCRBY', record, 'fetch_tries', -1)
  fetches.put_back(id, arguments.after_ms, now)
end
return 'written'
