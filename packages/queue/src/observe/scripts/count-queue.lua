local arguments = require 'arguments'
local bullmq = require 'bullmq'
local clock = require 'clock'
local fetches = require 'fetches'
local keys = require 'keys'
local pixels = require 'pixels'

local now = clock.now_ms()

local function oldest_ms()
  local created_ms = redis.call('ZRANGE', keys.queued, 0, 0, 'WITHSCORES')[2]
  return created_ms and clock.elapsed_ms(created_ms, now) or 0
end

local queues = {}
for _, name in ipairs(redis.call('SMEMBERS', keys.queue_names)) do
  local count = bullmq.count(keys.queue(name), now + arguments.due_within_ms)
  queues[#queues + 1] = {
    name, count.waiting, count.active, count.delayed, count.due, count.is_paused and 1 or 0,
    fetches.in_queue(name),
  }
end
return {
  queues, redis.call('ZCARD', keys.open), pixels.stored(), oldest_ms(), redis.call('XLEN', keys.outbox),
  redis.call('SCARD', keys.fetching),
}
