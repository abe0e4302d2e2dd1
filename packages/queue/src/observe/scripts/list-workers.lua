local arguments = require 'arguments'
local clock = require 'clock'
local keys = require 'keys'

local now = clock.now_ms()
local entries = redis.call('ZREVRANGE', keys.workers, 0, arguments.limit - 1, 'WITHSCORES')
local workers = {}
for i = 1, #entries, 2 do
  local status = redis.call('HGET', keys.worker_status, entries[i])
  if status then workers[#workers + 1] = { entries[i], clock.elapsed_ms(entries[i + 1], now), status } end
end
return { redis.call('ZCARD', keys.workers), workers }
