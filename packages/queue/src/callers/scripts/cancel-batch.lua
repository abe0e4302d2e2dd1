local arguments = require 'arguments'
local batches = require 'batches'
local cancel = require 'cancel'
local clock = require 'clock'
local keys = require 'keys'

-- Items that one call cancels.
local items_max = 200

local id, from = arguments.id, arguments.from
local batch, slots = keys.batch(id), keys.batch_items(id)
if redis.call('HGET', batch, 'tenant') ~= arguments.tenant then return { -1 } end
if redis.call('HEXISTS', batch, 'items') == 0 then
  local now = clock.now_ms()
  batches.fill(id, tonumber(redis.call('HGET', batch, 'expected') or 0), arguments.error, now)
  batches.seal(id, now)
end
local count = redis.call('HLEN', slots)
local to = math.min(from + items_max, count)
for index = from, to - 1 do
  local work_id = (redis.call('HGET', slots, index) or '{'):match('^(%l+_%S+)')
  if work_id and redis.call('HGET', keys.record(work_id), 'tenant') == arguments.tenant then cancel.work(work_id) end
end
return { to < count and to or 0, redis.call('HGETALL', batch) }
