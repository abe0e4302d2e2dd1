local keys = require 'keys'
local outbox = require 'outbox'

local delivery_state = {}

function delivery_state.move(id, to, now)
  local delivery = keys.delivery(id)
  local state, tenant, created_ms = unpack(redis.call('HMGET', delivery, 'state', 'tenant', 'created_ms'))
  if state ~= to then
    redis.call('ZREM', keys.deliveries(tenant, state), id)
    outbox.list(id, tenant, to, created_ms, now)
    redis.call('HSET', delivery, 'state', to)
  end
  redis.call('PEXPIRE', delivery, outbox.delivery_life_ms)
  redis.call('PEXPIRE', keys.attempts(id), outbox.delivery_life_ms)
end

function delivery_state.fail(id, reason, now)
  redis.call('HSET', keys.delivery(id), 'finished_ms', now, 'reason', reason)
  delivery_state.move(id, 'failed', now)
end

-- Why a job of this round is not to be sent, or nil.
function delivery_state.refusal(id, round)
  local state, own_round = unpack(redis.call('HMGET', keys.delivery(id), 'state', 'round'))
  if not state then return 'gone' end
  if state ~= 'pending' or tonumber(own_round) ~= round then return 'over' end
  return nil
end

return delivery_state
