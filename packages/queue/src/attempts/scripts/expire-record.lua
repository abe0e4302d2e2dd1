local arguments = require 'arguments'
local bullmq = require 'bullmq'
local clock = require 'clock'
local keys = require 'keys'
local work = require 'work'

local id = arguments.id
local state, deadline_ms, attempt = unpack(redis.call('HMGET', keys.record(id), 'state', 'deadline_ms', 'attempt'))
local now = clock.now_ms()
if state ~= 'queued' or attempt ~= '0' or not deadline_ms or tonumber(deadline_ms) >= now then return 0 end
local queue = work.queue(id)
if bullmq.is_locked(queue, id) then return 0 end
work.finish(id, 'expired', now)
bullmq.remove(queue, id)
return 1
