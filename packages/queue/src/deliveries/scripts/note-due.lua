local arguments = require 'arguments'
local clock = require 'clock'
local keys = require 'keys'

-- How long after a delivery is due BullMQ's own way is given before it is brought forward.
local grace_ms = 1000

redis.call('ZADD', keys.due, clock.now_ms() + arguments.pause_ms + grace_ms, arguments.job)
