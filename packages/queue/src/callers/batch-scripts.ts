import { script, tombstoneMs } from '../lua/script.js';

/** How long a batch may take to be submitted before its idempotency key is free again, in milliseconds. */
const sealWithinMs = 600_000;

/**
 * Writes a batch without captions. ARGV tenant, fingerprint, hash of tenant and idempotency key or '', ttl_ms, field,
 * value, … Returns 'created' and the batch, 'replayed', id and the batch, 'in_progress', 'reused' or 'gone'.
 */
export const createBatch = script(`
local tenant, fingerprint, idempotency, ttl = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
if redis.call('EXISTS', key('gone', id)) == 1 then return { 'gone' } end
local entry = idempotency ~= '' and redis.call('GET', key('idempotency', idempotency))
if entry then
  local name, first = entry:match('^(%S+) (.*)$')
  if first ~= fingerprint then return { 'reused' } end
  local fields = redis.call('HGETALL', key('batch', name))
  if #fields > 0 then
    if redis.call('HEXISTS', key('batch', name), 'items') == 0 then return { 'in_progress' } end
    return { 'replayed', name, fields }
  end
end
local now, batch = now_ms(), key('batch', id)
set(batch, 7)
redis.call('HSET', batch, 'tenant', tenant, 'created_ms', now, 'expires_ms', now + ttl)
for _, state in ipairs({ 'queued', 'processing', 'succeeded', 'failed', 'canceled', 'expired' }) do
  redis.call('HSET', batch, state, 0)
end
redis.call('PEXPIRE', batch, ttl)
redis.call('SET', key('gone', id), tenant, 'PX', ttl + ${tombstoneMs})
if idempotency ~= '' then
  redis.call('HSET', batch, 'idempotency', idempotency, 'fingerprint', fingerprint)
  redis.call('SET', key('idempotency', idempotency), id .. ' ' .. fingerprint, 'PX', ${sealWithinMs})
end
return { 'created', redis.call('HGETALL', batch) }
`);

/** All images of a batch are in. ARGV tenant, items (JSON), refused. Returns the batch, or nil when there is none. */
export const sealBatch = script(`
local batch = key('batch', id)
local b = redis.call('HMGET', batch, 'tenant', 'items', 'idempotency', 'fingerprint')
if b[1] ~= ARGV[3] then return false end
if not b[2] then
  redis.call('HSET', batch, 'items', ARGV[4], 'refused', ARGV[5])
  if b[3] then
    redis.call('SET', key('idempotency', b[3]), id .. ' ' .. b[4], 'PX', redis.call('PTTL', batch))
  end
  settle_batch(id, now_ms())
end
return redis.call('HGETALL', batch)
`);
