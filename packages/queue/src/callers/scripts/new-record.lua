-- Writes the record of new work, with all that goes with it. create-record.ts says what its `creation` is.
local batches = require 'batches'
local clock = require 'clock'
local constants = require 'constants'
local fetches = require 'fetches'
local hashes = require 'hashes'
local keys = require 'keys'
local lists = require 'lists'
local pixels = require 'pixels'
local stored = require 'stored'
local tombstones = require 'tombstones'
local turns = require 'turns'
local work = require 'work'

local new_record = {}

-- Counts it against the bounds, at a turn, until it ends.
local function open(id, fields, terms, creation, now)
  local turn = turns.take(fields.jobs, terms.tenant, fields.weight, fields.cost, creation.life_ms)
  redis.call('HSET', keys.record(id), 'turn', turn)
  redis.call('ZADD', keys.open, now + math.min(constants.enqueue_grace_ms, creation.image_ttl_ms), id)
  redis.call('HSET', keys.owners, id, terms.tenant)
  redis.call('HINCRBY', keys.load, 'tenant:' .. terms.tenant, 1)
  redis.call('PEXPIRE', keys.pixels(fields.pixels), creation.image_ttl_ms)
  pixels.count(fields.pixels, now, creation.image_ttl_ms)
end

-- `given`: its fields, a flat list. `result`: JSON, of work that has it already.
function new_record.write(id, given, terms, creation, result, now)
  local record, fields = keys.record(id), hashes.from(given)
  local timeout_ms = creation.deadline_after_ms
  local state, ttl_ms = 'queued', creation.life_ms
  hashes.set(record, given)
  if result then
    state, ttl_ms = 'succeeded', tonumber(fields.retention_ms)
    redis.call('HSET', record, 'result', result, 'cached', 1, 'finished_ms', now)
  end
  redis.call('SADD', keys.queue_names, fields.jobs)
  redis.call('HSET', record, 'state', state, 'version', clock.next_version(nil, now), 'attempt', 0,
    'created_ms', now, 'expires_ms', now + ttl_ms)
  if timeout_ms then redis.call('HSET', record, 'deadline_ms', now + timeout_ms, 'timeout_ms', timeout_ms) end
  -- The record of what has not ended stays until it has, however long that takes.
  if result then redis.call('PEXPIRE', record, ttl_ms) end
  tombstones.leave(id, terms.tenant, ttl_ms)
  if terms.idempotency then
    redis.call('SET', keys.idempotency(terms.idempotency), id .. ' ' .. terms.fingerprint, 'PX', ttl_ms)
  end
  stored.add(terms, stored.size_of(given), now)
  lists.add(id, terms.tenant, nil, now, creation.life_ms, now)
  lists.add(id, terms.tenant, state, now, creation.life_ms, now)
  if fields.batch then
    lists.add(id, terms.tenant, fields.batch, now, creation.life_ms, now)
    batches.count(fields.batch, id, nil, state, now)
  end
  if result then return work.post(id, state, now) end
  if timeout_ms then redis.call('ZADD', keys.deadlines, now + timeout_ms, id) end
  if fields.host then
    fetches.enter(id, fields.jobs, terms.tenant, fields.weight, creation.life_ms, now)
  else
    open(id, fields, terms, creation, now)
  end
end

return new_record
