local admission = require 'admission'
local arguments = require 'arguments'
local batches = require 'batches'
local clock = require 'clock'
local constants = require 'constants'
local hashes = require 'hashes'
local keys = require 'keys'
local lists = require 'lists'
local stored = require 'stored'
local tombstones = require 'tombstones'
local turns = require 'turns'
local work = require 'work'

local id, terms, creation, result = arguments.id, arguments.terms, arguments.creation, arguments.result
local record, fields = keys.record(id), hashes.from(arguments.fields)
local timeout_ms = creation.deadline_after_ms

-- Counts it against the bounds, at a turn, until it ends.
local function open(now)
  local turn = turns.take(fields.jobs, terms.tenant, fields.weight, fields.cost, creation.life_ms)
  redis.call('HSET', record, 'turn', turn)
  redis.call('ZADD', keys.open, now + math.min(constants.enqueue_grace_ms, creation.image_ttl_ms), id)
  if timeout_ms then redis.call('ZADD', keys.deadlines, now + timeout_ms, id) end
  redis.call('HSET', keys.owners, id, terms.tenant)
  redis.call('HINCRBY', keys.load, 'tenant:' .. terms.tenant, 1)
  redis.call('PEXPIRE', keys.pixels(fields.pixels), creation.image_ttl_ms)
  redis.call('ZADD', keys.images, now + creation.image_ttl_ms, fields.pixels)
  redis.call('HINCRBY', keys.load, 'bytes', terms.bytes)
end

-- Whether the pixels are there, where need be by copying those of earlier work.
local function has_pixels()
  local own = keys.pixels(fields.pixels)
  if creation.copy_from then return redis.call('COPY', keys.pixels(creation.copy_from), own) == 1 end
  return redis.call('EXISTS', own) == 1
end

local now = clock.now_ms()
local objection = admission.objection(id, terms, result ~= nil, now)
if objection then return objection end
if fields.batch and batches.is_sealed(fields.batch) then return { 'batch_sealed' } end
if not result and not has_pixels() then return { 'input_gone' } end
local state, ttl_ms = 'queued', creation.life_ms
hashes.set(record, arguments.fields)
if result then
  state, ttl_ms = 'succeeded', tonumber(fields.retention_ms)
  redis.call('HSET', record, 'result', result, 'cached', 1, 'finished_ms', now)
end
redis.call('SADD', keys.queue_names, fields.jobs)
redis.call('HSET', record, 'state', state, 'version', work.next_version(nil, now), 'attempt', 0,
  'created_ms', now, 'expires_ms', now + ttl_ms)
if timeout_ms then redis.call('HSET', record, 'deadline_ms', now + timeout_ms, 'timeout_ms', timeout_ms) end
-- The record of what has not ended stays until it has, however long that takes.
if result then redis.call('PEXPIRE', record, ttl_ms) end
tombstones.leave(id, terms.tenant, ttl_ms)
if terms.idempotency then
  redis.call('SET', keys.idempotency(terms.idempotency), id .. ' ' .. terms.fingerprint, 'PX', ttl_ms)
end
stored.add(terms, stored.size_of(arguments.fields), now)
lists.add(id, terms.tenant, nil, now, creation.life_ms, now)
lists.add(id, terms.tenant, state, now, creation.life_ms, now)
if fields.batch then
  lists.add(id, terms.tenant, fields.batch, now, creation.life_ms, now)
  batches.count(fields.batch, nil, state, now)
end
if state == 'queued' then open(now) else work.post(id, state, now) end
return { 'created', redis.call('HGETALL', record) }
