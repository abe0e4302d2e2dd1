local arguments = require 'arguments'
local clock = require 'clock'
local keys = require 'keys'

-- Tests that may wait for a notifier at once.
local waiting_max = 100

if redis.call('LLEN', keys.tests) >= waiting_max then return false end
local test = arguments.test
test.expires_ms = clock.now_ms() + arguments.life_ms
local waiting = cjson.encode(test)
redis.call('RPUSH', keys.tests, waiting)
redis.call('PEXPIRE', keys.tests, arguments.life_ms)
return waiting
