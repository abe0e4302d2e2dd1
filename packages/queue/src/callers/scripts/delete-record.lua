local arguments = require 'arguments'
local bullmq = require 'bullmq'
local clock = require 'clock'
local keys = require 'keys'
local lists = require 'lists'
local outbox = require 'outbox'
local pixels = require 'pixels'
local tombstones = require 'tombstones'
local work = require 'work'

local id = arguments.id
local record = keys.record(id)
local state, tenant, image, idempotency, queue, reuse, batch = unpack(redis.call('HMGET', record,
  'state', 'tenant', 'pixels', 'idempotency', 'jobs', 'reuse', 'batch'))
if tenant ~= arguments.tenant then return 0 end
work.close(id)
if not work.is_terminal(state) then
  state = 'canceled'
  work.move(id, state, clock.now_ms())
  redis.call('PUBLISH', keys.cancels, id)
end
if image then pixels.drop(image) end
if idempotency then redis.call('DEL', keys.idempotency(idempotency)) end
if reuse then redis.call('UNLINK', keys.result(reuse)) end
outbox.forget(id, tenant)
lists.remove(id, tenant)
lists.remove(id, tenant, state)
if batch then lists.remove(id, tenant, batch) end
redis.call('UNLINK', record)
tombstones.leave(id, tenant, 0)
redis.call('PUBLISH', keys.states, id .. ' deleted 0')
bullmq.remove(keys.queue(queue), id)
return 1
