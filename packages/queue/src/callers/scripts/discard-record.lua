local arguments = require 'arguments'
local batches = require 'batches'
local bullmq = require 'bullmq'
local clock = require 'clock'
local keys = require 'keys'
local lists = require 'lists'
local pixels = require 'pixels'
local work = require 'work'

local id = arguments.id
local record = keys.record(id)
local state, own_pixels, tenant, fingerprint, storing = unpack(redis.call('HMGET', record,
  'state', 'pixels', 'tenant', 'fingerprint', 'storing'))
local idempotency, batch, queue, item = unpack(redis.call('HMGET', record, 'idempotency', 'batch', 'jobs', 'item'))
local is_own = own_pixels == arguments.pixels
-- Somebody was answered with it: under its key, or, whichever gateway that was, with the batch that it is in.
local is_promised = (fingerprint and not storing) or (batch and batches.is_sealed(batch))
-- Work that goes on needs its pixels.
if is_own and (state ~= 'queued' or is_promised) then return 0 end
pixels.drop(arguments.pixels)
if not is_own then return 0 end
work.close(id)
redis.call('UNLINK', record, keys.gone(id))
lists.remove(id, tenant)
lists.remove(id, tenant, 'queued')
if idempotency then redis.call('DEL', keys.idempotency(idempotency)) end
if batch then
  lists.remove(id, tenant, batch)
  batches.take_back(batch, item)
  batches.count(batch, id, 'queued', nil, clock.now_ms())
end
bullmq.remove(keys.queue(queue), id)
return 1
