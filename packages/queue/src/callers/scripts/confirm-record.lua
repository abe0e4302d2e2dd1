local arguments = require 'arguments'
local bullmq = require 'bullmq'
local keys = require 'keys'
local work = require 'work'

if bullmq.exists(work.queue(arguments.id), arguments.id) then
  redis.call('HDEL', keys.record(arguments.id), 'storing')
end
