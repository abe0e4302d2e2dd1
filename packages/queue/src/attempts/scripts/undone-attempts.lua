local arguments = require 'arguments'
local keys = require 'keys'

local undone = {}
for i, attempt in ipairs(arguments.attempts) do
  if redis.call('HGET', keys.record(attempt.id), 'token') == attempt.token then undone[#undone + 1] = i end
end
return undone
