local bullmq = require 'bullmq'
local clock = require 'clock'
local keys = require 'keys'

-- Jobs that are brought forward in one step.
local brought_max = 100

for _, job in ipairs(redis.call('ZRANGEBYSCORE', keys.due, '-inf', clock.now_ms(), 'LIMIT', 0, brought_max)) do
  redis.call('ZREM', keys.due, job)
  bullmq.make_due(keys.notify, job)
end
