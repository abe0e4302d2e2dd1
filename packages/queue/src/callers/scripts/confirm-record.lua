local arguments = require 'arguments'
local bullmq = require 'bullmq'
local keys = require 'keys'
local work = require 'work'

local id = arguments.id
-- Work whose image is to be fetched has its job only when the image is there.
if redis.call('HEXISTS', keys.record(id), 'host') == 1 or bullmq.exists(work.queue(id), id) then
  redis.call('HDEL', keys.record(id), 'storing')
end
