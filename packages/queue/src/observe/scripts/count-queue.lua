local arguments = require 'arguments'
local bullmq = require 'bullmq'
local clock = require 'clock'
local constants = require 'constants'
local keys = require 'keys'
local pixels = require 'pixels'

local now = clock.now_ms()

local function age_of_oldest(list)
  for _, id in ipairs(redis.call('ZRANGE', list, 0, 9)) do
    local created_ms = redis.call('HGET', keys.record(id), 'created_ms')
    if created_ms then return now - created_ms end
  end
  return 0
end

local function oldest_ms()
  local oldest = 0
  for _, field in ipairs(redis.call('HKEYS', keys.load)) do
    local tenant = field:match('^tenant:(.*)$')
    if tenant then
      for kind in pairs(constants.objects) do
        oldest = math.max(oldest, age_of_oldest(keys.list(kind, tenant, 'queued')))
      end
    end
  end
  return oldest
end

local queues = {}
for _, name in ipairs(redis.call('SMEMBERS', keys.queue_names)) do
  local count = bullmq.count(keys.queue(name), now + arguments.due_within_ms)
  queues[#queues + 1] = {
    name, count.waiting, count.active, count.delayed, count.due, count.is_paused and 1 or 0,
  }
end
return { queues, redis.call('ZCARD', keys.open), pixels.stored(), oldest_ms(), redis.call('XLEN', keys.outbox) }
