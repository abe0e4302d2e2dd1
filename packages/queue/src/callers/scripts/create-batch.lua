local arguments = require 'arguments'
local clock = require 'clock'
local constants = require 'constants'
local hashes = require 'hashes'
local keys = require 'keys'
local tombstones = require 'tombstones'

-- How long a batch may take to be submitted before its idempotency key is free again.
local seal_within_ms = 600000

local id, tenant, fingerprint = arguments.id, arguments.tenant, arguments.fingerprint
local batch = keys.batch(id)
local idempotency = arguments.idempotency and keys.idempotency(arguments.idempotency)
if redis.call('EXISTS', keys.gone(id)) == 1 then return { 'gone' } end
local entry = idempotency and redis.call('GET', idempotency)
if entry then
  local name, first_fingerprint = entry:match('^(%S+) (.*)$')
  if first_fingerprint ~= fingerprint then return { 'reused' } end
  local fields = redis.call('HGETALL', keys.batch(name))
  if #fields > 0 then
    if redis.call('HEXISTS', keys.batch(name), 'items') == 0 then return { 'in_progress' } end
    return { 'replayed', name, fields }
  end
end
local now = clock.now_ms()
hashes.set(batch, arguments.fields)
redis.call('HSET', batch, 'tenant', tenant, 'created_ms', now, 'expires_ms', now + arguments.life_ms)
for _, state in ipairs(constants.states) do redis.call('HSET', batch, state, 0) end
redis.call('PEXPIRE', batch, arguments.life_ms)
tombstones.leave(id, tenant, arguments.life_ms)
if idempotency then
  redis.call('HSET', batch, 'idempotency', arguments.idempotency, 'fingerprint', fingerprint)
  redis.call('SET', idempotency, id .. ' ' .. fingerprint, 'PX', seal_within_ms)
end
return { 'created', redis.call('HGETALL', batch) }
