local bullmq = require 'bullmq'
local job_lock = require 'job-lock'
local keys = require 'keys'
local silences = require 'silences'
local work = require 'work'

local fence = {}

-- Why a record may not be changed, or nil: only the holder of the job's lock may, or (no token) the reconciler, if
-- nobody holds it.
function fence.refusal(id, token)
  local record = keys.record(id)
  local state = redis.call('HGET', record, 'state')
  if not state then return 'gone' end
  if work.is_terminal(state) then return 'terminal' end
  local queue = work.queue(id)
  if not token then return bullmq.is_locked(queue, id) and 'stale' or nil end
  local is_latest = redis.call('HGET', record, 'token') == token
  if job_lock.is_held_by(queue, id, token, is_latest) then return nil end
  silences.forgive(id, is_latest)
  return 'stale'
end

return fence
