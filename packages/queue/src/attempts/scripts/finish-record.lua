local arguments = require 'arguments'
local clock = require 'clock'
local constants = require 'constants'
local fence = require 'fence'
local hashes = require 'hashes'
local keys = require 'keys'
local pace = require 'pace'
local silences = require 'silences'
local turns = require 'turns'
local work = require 'work'

local id, revision, precision = arguments.id, arguments.revision, arguments.precision
local record = keys.record(id)

-- Whether the model that made it is the one that was asked: of that revision, and computing in that precision.
local function is_asked(asked_revision, asked_precision)
  return revision == asked_revision and (precision or false) == asked_precision
end

local function name_maker()
  redis.call('HSET', record, 'revision', revision)
  if precision then redis.call('HSET', record, 'precision', precision) else redis.call('HDEL', record, 'precision') end
end

-- What was made is stored and the caption goes on to the queue of the model that is to match it, at a turn there.
local function pass_on(queue, same, now)
  hashes.set(record, arguments.fields)
  if not same then redis.call('HDEL', record, 'reuse') end
  local tenant, weight, life_ms, created_ms, started_ms = unpack(redis.call('HMGET', record,
    'tenant', 'weight', 'life_ms', 'created_ms', 'started_ms'))
  redis.call('HDEL', record, 'next_jobs', 'silences')
  local turn = turns.take(queue, tenant, weight, 1, life_ms)
  name_maker()
  redis.call('HSET', record, 'jobs', queue, 'turn', turn,
    'waited_ms', clock.elapsed_ms(created_ms, started_ms), 'queued_ms', now)
  redis.call('SADD', keys.queue_names, queue)
  redis.call('ZADD', keys.open, now + constants.enqueue_grace_ms, id)
  work.move(id, 'queued', now)
end

-- Work that BullMQ gave up since its workers fell silent ends `grace_ms` later: one of them may only have been cut off.
-- Should it say so by then, the work goes on.
local function is_early(now)
  local given_up_ms = tonumber(redis.call('HGET', record, 'given_up_ms') or nil)
  if given_up_ms and now >= given_up_ms + arguments.grace_ms then return false end
  redis.call('ZREM', keys.open, id)
  if not given_up_ms or given_up_ms > now then given_up_ms = now end
  redis.call('HSET', record, 'given_up_ms', given_up_ms)
  redis.call('ZADD', keys.open, given_up_ms + arguments.grace_ms, id)
  return true
end

local refusal = fence.refusal(id, arguments.token)
if refusal then return refusal end
local now = clock.now_ms()
if arguments.silences_min and silences.so_far(id) < arguments.silences_min then return 'unbegun' end
if arguments.grace_ms and is_early(now) then return 'early' end
-- A full Redis runs what follows a deletion.
redis.call('HDEL', record, 'token')
-- A Redis that lost its last moments may have the lock of the job and no beginning of the work.
if arguments.token and redis.call('HSETNX', record, 'started_ms', now) == 1 then
  redis.call('HINCRBY', record, 'attempt', 1)
end
local cancel, asked_revision, asked_precision, reuse, reuse_ms, next_queue = unpack(redis.call('HMGET', record,
  'cancel', 'revision', 'precision', 'reuse', 'reuse_ms', 'next_jobs'))
local same = is_asked(asked_revision, asked_precision)
if arguments.state == 'succeeded' and next_queue and not cancel then
  pass_on(next_queue, same, now)
  return 'passed_on'
end
if arguments.token then pace.tick(now) end
if cancel then
  work.finish(id, 'canceled', now)
  return arguments.state == 'canceled' and 'written' or 'canceled'
end
hashes.set(record, arguments.fields)
if revision then name_maker() end
if arguments.state == 'succeeded' and reuse and same then
  redis.call('SET', keys.result(reuse), redis.call('HGET', record, 'result'), 'PX', reuse_ms)
end
work.finish(id, arguments.state, now)
return 'written'
