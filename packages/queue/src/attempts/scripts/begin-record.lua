local arguments = require 'arguments'
local bullmq = require 'bullmq'
local clock = require 'clock'
local job_lock = require 'job-lock'
local keys = require 'keys'
local silences = require 'silences'
local turns = require 'turns'
local work = require 'work'

local id, token = arguments.id, arguments.token
local record = keys.record(id)
local state, holder, cancel, deadline_ms, attempt, queue, turn, life_ms = unpack(redis.call('HMGET', record,
  'state', 'token', 'cancel', 'deadline_ms', 'attempt', 'jobs', 'turn', 'life_ms'))
if not state then
  work.close(id)
  return 'gone'
end
if work.is_terminal(state) then return 'terminal' end
-- A Redis that lost its last moments may know nothing any more of the image that had been fetched.
if queue ~= arguments.queue or not turn then return 'passed_on' end
if not job_lock.is_held_by(keys.queue(queue), id, token, true) then return 'stale' end
if holder ~= token then
  local now = clock.now_ms()
  redis.call('ZREM', keys.deadlines, id)
  redis.call('HDEL', record, 'started_ms', 'storing', 'given_up_ms')
  local is_late = deadline_ms and tonumber(deadline_ms) < now and attempt == '0'
  if cancel or is_late then
    work.finish(id, cancel and 'canceled' or 'expired', now)
    return 'terminal'
  end
  bullmq.cap_stalls(keys.queue(queue), id, silences.count(id, holder))
  redis.call('HINCRBY', record, 'attempt', 1)
  redis.call('HSET', record, 'token', token, 'started_ms', now)
  work.move(id, 'processing', now)
  turns.begin(queue, turn, life_ms)
end
return redis.call('HGETALL', record)
