local arguments = require 'arguments'
local clock = require 'clock'
local keys = require 'keys'

return redis.call('ZRANGEBYSCORE', keys.open, '-inf', clock.now_ms(), 'LIMIT', 0, arguments.count)
