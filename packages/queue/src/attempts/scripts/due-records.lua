local arguments = require 'arguments'
local clock = require 'clock'
local keys = require 'keys'

return clock.due(keys.open, clock.now_ms(), arguments.ahead_ms, arguments.count)
