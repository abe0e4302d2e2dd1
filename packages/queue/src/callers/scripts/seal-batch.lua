local arguments = require 'arguments'
local batches = require 'batches'
local clock = require 'clock'
local hashes = require 'hashes'
local keys = require 'keys'
local stored = require 'stored'

-- An item that is refused, about: why, as it is kept and shown.
local refused_bytes = 600

local id = arguments.id
local batch = keys.batch(id)
if redis.call('HGET', batch, 'tenant') ~= arguments.tenant then return false end
local now = clock.now_ms()
if redis.call('HEXISTS', batch, 'items') == 0 then
  for _, item in ipairs(arguments.items) do
    if item.error then
      batches.refuse(id, item, now)
    elseif redis.call('HEXISTS', keys.batch_items(id), item.index) == 0 then
      batches.take(id, { item }, now)
    end
  end
  batches.fill(id, arguments.count or 0, arguments.error, now)
  if arguments.beyond > 0 then
    redis.call('HINCRBY', batch, 'total', arguments.beyond)
    redis.call('HINCRBY', batch, 'refused', arguments.beyond)
  end
  hashes.set(batch, arguments.fields)
  batches.seal(id, now)
  local refused = redis.call('HGET', batch, 'refused')
  local bytes = 100 * redis.call('HLEN', keys.batch_items(id)) + refused_bytes * refused
  stored.add(arguments, bytes, now)
end
return redis.call('HGETALL', batch)
