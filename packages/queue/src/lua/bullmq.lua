-- All that scripts know of what BullMQ keeps to itself. bullmq.ts is the same for TypeScript, and bullmq.test.ts fails
-- when a version of BullMQ keeps it otherwise. `queue` is BullMQ's `<prefix>:<name>`.
local bullmq = {}

-- BullMQ delays a job in a sorted set whose scores are the time in milliseconds times this, and a counter below it.
local delayed_units = 4096

local function key(queue, part) return queue .. ':' .. part end

-- The token of the worker that has the job, or false.
function bullmq.lock(queue, id) return redis.call('GET', key(queue, id) .. ':lock') end

function bullmq.is_locked(queue, id) return redis.call('EXISTS', key(queue, id) .. ':lock') == 1 end

-- Locks an active job anew whose lock ran out. Begins with a deletion.
function bullmq.lock_again(queue, id, token, ms)
  local lock = key(queue, id) .. ':lock'
  redis.call('UNLINK', lock)
  redis.call('SET', lock, token, 'PX', ms)
end

-- Whether a worker has taken the job and not given it back, whatever became of the worker.
function bullmq.is_active(queue, id) return redis.call('LPOS', key(queue, 'active'), id) ~= false end

function bullmq.exists(queue, id) return redis.call('EXISTS', key(queue, id)) == 1 end

-- Takes back the last stall that was counted (`stc`), and the order to fail the job for too many of them (`defa`). A
-- job that was failed for it is removed, to be added again.
function bullmq.forgive_stall(queue, id)
  local job = key(queue, id)
  if redis.call('ZREM', key(queue, 'failed'), id) == 1 then
    redis.call('UNLINK', job)
    return
  end
  if tonumber(redis.call('HGET', job, 'stc') or 0) < 1 then return end
  redis.call('HDEL', job, 'defa')
  redis.call('HINCRBY', job, 'stc', -1)
end

-- Of the stalls that were counted, no more than `most` hold. Others were of workers that never began the job.
function bullmq.cap_stalls(queue, id, most)
  local job = key(queue, id)
  if tonumber(redis.call('HGET', job, 'stc') or 0) <= most then return end
  redis.call('HDEL', job, 'defa')
  redis.call('HSET', job, 'stc', most)
end

-- Takes a job out that waits, is delayed or has failed, unless a worker has it. Comes last in a script: should BullMQ's
-- keys not be what they were, our own are in order.
function bullmq.remove(queue, id)
  if bullmq.is_locked(queue, id) then return end
  local removed = 0
  for _, set in ipairs({ 'prioritized', 'delayed', 'failed' }) do
    removed = removed + redis.call('ZREM', key(queue, set), id)
  end
  if removed > 0 then redis.call('UNLINK', key(queue, id)) end
end

-- Has a delayed job sent at once.
function bullmq.make_due(queue, id) redis.call('ZADD', key(queue, 'delayed'), 'XX', 0, id) end

-- How many jobs wait, are active, are delayed, and are delayed but due by `due_ms`; and whether the queue is paused.
-- BullMQ 6 leaves paused jobs where they are; `paused` is where 5 put them.
function bullmq.count(queue, due_ms)
  return {
    waiting = redis.call('LLEN', key(queue, 'wait')) + redis.call('LLEN', key(queue, 'paused'))
      + redis.call('ZCARD', key(queue, 'prioritized')),
    active = redis.call('LLEN', key(queue, 'active')),
    delayed = redis.call('ZCARD', key(queue, 'delayed')),
    due = redis.call('ZCOUNT', key(queue, 'delayed'), '-inf', (due_ms + 1) * delayed_units - 1),
    is_paused = redis.call('HEXISTS', key(queue, 'meta'), 'paused') == 1,
  }
end

return bullmq
