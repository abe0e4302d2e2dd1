local arguments = require 'arguments'
local clock = require 'clock'
local keys = require 'keys'

local now = clock.now_ms()
local lost = {}
for _, fetch in ipairs(arguments.fetches) do
  if redis.call('HGET', keys.record(fetch.id), 'fetch_token') == fetch.token then
    redis.call('ZADD', keys.open, 'XX', now + arguments.lease_ms, fetch.id)
  else
    lost[#lost + 1] = fetch.id
  end
end
return lost
