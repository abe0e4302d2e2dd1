local arguments = require 'arguments'
local bullmq = require 'bullmq'
local clock = require 'clock'
local hashes = require 'hashes'
local keys = require 'keys'
local work = require 'work'

local id = arguments.id
local record = keys.record(id)
local state, image, fetch_token = unpack(redis.call('HMGET', record, 'state', 'pixels', 'fetch_token'))
if not state or work.is_terminal(state) or fetch_token or not image then return 0 end
if redis.call('EXISTS', keys.pixels(image)) == 1 then return 0 end
local queue = work.queue(id)
-- Who has it finds out by itself.
if bullmq.is_locked(queue, id) then return 0 end
work.close(id)
hashes.set(record, arguments.fields)
work.finish(id, redis.call('HGET', record, 'cancel') and 'canceled' or 'failed', clock.now_ms())
bullmq.remove(queue, id)
return 1
