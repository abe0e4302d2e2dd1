local arguments = require 'arguments'
local bullmq = require 'bullmq'
local delivery_state = require 'delivery-state'
local keys = require 'keys'

for _, entry in ipairs(arguments.entries) do
  local is_moved = bullmq.exists(keys.notify, entry.job)
  if is_moved or delivery_state.refusal(entry.id, entry.round) then redis.call('XDEL', keys.outbox, entry.entry) end
end
