local arguments = require 'arguments'
local cancel = require 'cancel'
local keys = require 'keys'

local id = arguments.id
local record = keys.record(id)
if redis.call('HGET', record, 'tenant') ~= arguments.tenant then return { 'not_found' } end
local outcome = cancel.work(id)
return { outcome, redis.call('HGETALL', record) }
