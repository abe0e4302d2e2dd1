local admission = require 'admission'
local arguments = require 'arguments'
local clock = require 'clock'
local constants = require 'constants'
local hashes = require 'hashes'
local keys = require 'keys'
local lists = require 'lists'
local stored = require 'stored'
local tombstones = require 'tombstones'

local id, tenant, fingerprint = arguments.id, arguments.tenant, arguments.fingerprint
local batch = keys.batch(id)
local idempotency = arguments.idempotency and keys.idempotency(arguments.idempotency)
if redis.call('EXISTS', keys.gone(id)) == 1 then return { 'gone' } end
local now = clock.now_ms()
local entry = idempotency and redis.call('GET', idempotency)
if entry then
  local name, first_fingerprint = entry:match('^(%S+) (.*)$')
  if first_fingerprint ~= fingerprint then return { 'reused' } end
  local first = keys.batch(name)
  local fields = redis.call('HGETALL', first)
  if #fields > 0 then
    if redis.call('HEXISTS', first, 'items') == 1 then return { 'replayed', name, fields } end
    if redis.call('HEXISTS', first, 'ids') == 0 then return { 'in_progress' } end
    redis.call('ZADD', keys.unsealed, 'XX', now + constants.seal_within_ms, name)
    return { 'unfinished', name, fields }
  end
end
local objection = admission.memory_objection(arguments, 0, now)
if objection then return objection end
stored.add(arguments, stored.size_of(arguments.fields), now)
hashes.set(batch, arguments.fields)
redis.call('HSET', batch, 'tenant', tenant, 'created_ms', now, 'expires_ms', now + arguments.life_ms)
for _, state in ipairs(constants.states) do redis.call('HSET', batch, state, 0) end
redis.call('PEXPIRE', batch, arguments.life_ms)
redis.call('ZADD', keys.unsealed, now + constants.seal_within_ms, id)
tombstones.leave(id, tenant, arguments.life_ms)
lists.add(id, tenant, nil, now, arguments.life_ms, now)
lists.add(id, tenant, 'processing', now, arguments.life_ms, now)
if idempotency then
  redis.call('HSET', batch, 'idempotency', arguments.idempotency, 'fingerprint', fingerprint)
  redis.call('SET', idempotency, id .. ' ' .. fingerprint, 'PX', arguments.life_ms)
end
return { 'created', redis.call('HGETALL', batch) }
