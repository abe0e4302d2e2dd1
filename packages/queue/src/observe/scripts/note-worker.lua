local arguments = require 'arguments'
local clock = require 'clock'
local keys = require 'keys'

-- How long a worker that fell silent is remembered, and how many are at most.
local kept_ms = 600000
local kept_max = 1000

local now = clock.now_ms()

local function forget(id)
  redis.call('ZREM', keys.workers, id)
  redis.call('HDEL', keys.worker_status, id)
end

forget(arguments.id)
for _, id in ipairs(redis.call('ZRANGEBYSCORE', keys.workers, '-inf', now - kept_ms, 'LIMIT', 0, 100)) do forget(id) end
for _, id in ipairs(redis.call('ZRANGE', keys.workers, 0, -kept_max - 1)) do forget(id) end
if not arguments.status then return end
redis.call('ZADD', keys.workers, now, arguments.id)
redis.call('HSET', keys.worker_status, arguments.id, arguments.status)
redis.call('PEXPIRE', keys.workers, kept_ms)
redis.call('PEXPIRE', keys.worker_status, kept_ms)
