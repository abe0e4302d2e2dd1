local arguments = require 'arguments'
local bullmq = require 'bullmq'
local clock = require 'clock'
local keys = require 'keys'
local work = require 'work'

local id = arguments.id
local record = keys.record(id)
local state, tenant, cancel = unpack(redis.call('HMGET', record, 'state', 'tenant', 'cancel'))
if tenant ~= arguments.tenant then return { 'not_found' } end
local queue, outcome = work.queue(id), 'canceling'
if work.is_terminal(state) then
  outcome = state == 'canceled' and 'canceled' or 'terminal'
elseif state == 'queued' or not bullmq.is_locked(queue, id) then
  outcome = 'canceled'
  work.finish(id, 'canceled', clock.now_ms())
  bullmq.remove(queue, id)
else
  if not cancel then
    redis.call('HSET', record, 'cancel', 1)
    work.announce(id, state, clock.now_ms())
  end
  redis.call('PUBLISH', keys.cancels, id)
end
return { outcome, redis.call('HGETALL', record) }
