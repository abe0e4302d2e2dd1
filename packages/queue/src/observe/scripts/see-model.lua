local arguments = require 'arguments'
local clock = require 'clock'
local keys = require 'keys'

if redis.call('HEXISTS', keys.manifests, arguments.model) == 0 then return 0 end
redis.call('ZADD', keys.model_seen, clock.now_ms(), arguments.model)
return 1
