local bullmq = require 'bullmq'
local clock = require 'clock'
local keys = require 'keys'
local work = require 'work'

local cancel = {}

-- Cancels work: at once (`canceled`), or by a flag that decides how it ends (`canceling`). `terminal`: it has ended.
function cancel.work(id)
  local record = keys.record(id)
  local state, flag = unpack(redis.call('HMGET', record, 'state', 'cancel'))
  if work.is_terminal(state) then return state == 'canceled' and 'canceled' or 'terminal' end
  local queue = work.queue(id)
  if state == 'queued' or not bullmq.is_locked(queue, id) then
    work.close(id)
    work.finish(id, 'canceled', clock.now_ms())
    bullmq.remove(queue, id)
    return 'canceled'
  end
  if not flag then
    redis.call('HSET', record, 'cancel', 1)
    work.announce(id, state, clock.now_ms())
  end
  redis.call('PUBLISH', keys.cancels, id)
  return 'canceling'
end

return cancel
