-- Webhooks leave through the outbox. `post` is called in the step that stores a terminal state, so that there is never
-- an end without its event or an event without its end.
local constants = require 'constants'
local keys = require 'keys'

-- How long a delivery and its attempts are kept after the last thing that happened to it.
local outbox = { delivery_life_ms = 7 * 86400000 }
-- Deliveries of one tenant that can be listed, in all and by state: the newest.
local listed_max = 100000

-- Puts a delivery on a list of its tenant's: all, or those in one state.
function outbox.list(id, tenant, state, created_ms, now)
  local list, life_ms = keys.deliveries(tenant, state), 2 * outbox.delivery_life_ms
  redis.call('ZADD', list, created_ms, id)
  redis.call('ZREMRANGEBYSCORE', list, '-inf', now - life_ms)
  redis.call('ZREMRANGEBYRANK', list, 0, -listed_max - 1)
  redis.call('PEXPIRE', list, life_ms)
end

function outbox.add(id, round, url, tenant)
  redis.call('XADD', keys.outbox, '*', 'id', id, 'round', round, 'url', url, 'tenant', tenant)
end

local function has(list, wanted)
  for _, one in ipairs(list) do
    if one == wanted then return true end
  end
  return false
end

-- Writes a delivery and its entry in the outbox, if the submission asked for this event. The hash (a record or a batch)
-- is copied as it is now: it may expire before the receiver can be reached.
function outbox.post(event, subject, hash, now)
  local webhook_json, tenant = unpack(redis.call('HMGET', hash, 'webhook', 'tenant'))
  if not webhook_json then return end
  local webhook = cjson.decode(webhook_json)
  if not has(webhook.events, event) then return end
  local id = 'msg_' .. subject .. '_' .. event:match('[^.]+$')
  local snapshot = cjson.encode(redis.call('HGETALL', hash))
  redis.call('HSET', keys.delivery(id), 'id', id, 'event', event, 'subject', subject, 'tenant', tenant,
    'url', webhook.url, 'secret', webhook.secret, 'snapshot', snapshot, 'state', 'pending', 'attempt', 0, 'tries', 0,
    'round', 0, 'created_ms', now)
  redis.call('PEXPIRE', keys.delivery(id), outbox.delivery_life_ms)
  outbox.list(id, tenant, nil, now, now)
  outbox.list(id, tenant, 'pending', now, now)
  outbox.add(id, 0, webhook.url, tenant)
end

-- Removes the deliveries about work, with their copies of its record. One that was not sent yet is not sent any more.
function outbox.forget(subject, tenant)
  for _, ending in ipairs(constants.terminal_states) do
    local id = 'msg_' .. subject .. '_' .. ending
    local state = redis.call('HGET', keys.delivery(id), 'state')
    if state then
      redis.call('ZREM', keys.deliveries(tenant), id)
      redis.call('ZREM', keys.deliveries(tenant, state), id)
      redis.call('UNLINK', keys.delivery(id), keys.attempts(id))
    end
  end
end

return outbox
