local arguments = require 'arguments'
local clock = require 'clock'
local fetch_stage = require 'fetch-stage'
local fetches = require 'fetches'
local keys = require 'keys'

-- How often an image may be in the hands of a gateway that dies.
local tries_max = 8

local id = arguments.id
local now = clock.now_ms()
local token, tries = unpack(redis.call('HMGET', keys.record(id), 'fetch_token', 'fetch_tries'))
local due_ms = redis.call('ZSCORE', keys.open, id)
if not token then return 'none' end
if due_ms and tonumber(due_ms) > now and tonumber(due_ms) <= now + arguments.lease_ms then return 'held' end
if tonumber(tries) >= tries_max then
  fetch_stage.fail(id, arguments.error, now)
else
  fetch_stage.let_go(id)
  fetches.put_back(id, 0, now)
end
return 'released'
