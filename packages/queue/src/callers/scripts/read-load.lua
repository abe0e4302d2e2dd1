local clock = require 'clock'
local keys = require 'keys'
local pace = require 'pace'
local pixels = require 'pixels'

local now = clock.now_ms()
-- Redis makes integers of numbers: work per 1000 seconds.
local per_kilosecond = math.floor(pace.per_second(now) * 1000)
return { redis.call('ZCARD', keys.open), pixels.stored(), per_kilosecond, pace.retry_after_s(now) }
