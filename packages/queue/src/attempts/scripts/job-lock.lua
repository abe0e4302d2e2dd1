local bullmq = require 'bullmq'

local job_lock = {}
-- How long a worker that locks a job anew has it, until the lock is renewed or not needed any more.
local lock_again_ms = 5000

-- Whether a worker has the lock of its job. A worker whose lock ran out and that comes all the same was cut off or
-- suspended: its job did not kill it. While nobody has been at the job since, it locks it anew. Otherwise, if BullMQ
-- counted a stall, that is taken back. `is_untouched`: nobody has begun the work since.
function job_lock.is_held_by(queue, id, token, is_untouched)
  local holder = bullmq.lock(queue, id)
  if holder == token then return true end
  if is_untouched and not holder and bullmq.is_active(queue, id) then
    bullmq.lock_again(queue, id, token, lock_again_ms)
    return true
  end
  bullmq.forgive_stall(queue, id)
  return false
end

return job_lock
