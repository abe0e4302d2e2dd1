local admission = require 'admission'
local arguments = require 'arguments'
local clock = require 'clock'
local constants = require 'constants'
local hashes = require 'hashes'
local keys = require 'keys'
local lists = require 'lists'
local stored = require 'stored'
local tombstones = require 'tombstones'

local id, tenant, head = arguments.id, arguments.tenant, arguments.head
local batch = keys.batch(id)
local idempotency = arguments.idempotency and keys.idempotency(arguments.idempotency)
if redis.call('EXISTS', keys.gone(id)) == 1 then return { 'gone' } end
local now = clock.now_ms()
local name = idempotency and (redis.call('GET', idempotency) or ''):match('^%S+')
if name and name:sub(1, 4) ~= 'bat_' then return { 'reused' } end
local first = name and redis.call('HGETALL', keys.batch(name))
if first and #first > 0 then
  if redis.call('HEXISTS', keys.batch(name), 'items') == 1 then return { 'sealed', name, first } end
  if redis.call('HGET', keys.batch(name), 'head') ~= head then return { 'reused' } end
  redis.call('ZADD', keys.unsealed, 'XX', now + constants.seal_within_ms, name)
  return { 'unfinished', name, first }
end
local objection = admission.memory_objection(arguments, 0, now)
if objection then return objection end
stored.add(arguments, stored.size_of(arguments.fields), now)
hashes.set(batch, arguments.fields)
redis.call('HSET', batch, 'tenant', tenant, 'created_ms', now, 'expires_ms', now + arguments.life_ms, 'head', head,
  'total', 0, 'refused', 0, 'version', clock.next_version(nil, now))
for _, state in ipairs(constants.states) do redis.call('HSET', batch, state, 0) end
redis.call('PEXPIRE', batch, arguments.life_ms)
redis.call('ZADD', keys.unsealed, now + constants.seal_within_ms, id)
tombstones.leave(id, tenant, arguments.life_ms)
lists.add(id, tenant, nil, now, arguments.life_ms, now)
lists.add(id, tenant, 'processing', now, arguments.life_ms, now)
if idempotency then
  redis.call('HSET', batch, 'idempotency', arguments.idempotency)
  -- No caption has this fingerprint: a batch's key is not for one.
  redis.call('SET', idempotency, id .. ' batch', 'PX', arguments.life_ms)
end
return { 'created', id, redis.call('HGETALL', batch) }
