import { deliveryLifeMs } from '../lua/outbox-script.js';
import { script } from '../lua/script.js';

const lib = `
local delivery, attempts = key('delivery', id), key('attempts', id)

local function endpoint_of(tenant, url) return key('endpoint', redis.sha1hex(tenant .. ' ' .. url)) end

local function move_delivery(to, now)
  local d = redis.call('HMGET', delivery, 'state', 'tenant', 'created_ms')
  if d[1] ~= to then
    redis.call('ZREM', key('deliveries', d[2] .. ':' .. d[1]), id)
    list_delivery(d[2] .. ':' .. to, id, d[3], now)
    redis.call('HSET', delivery, 'state', to)
  end
  redis.call('PEXPIRE', delivery, ${deliveryLifeMs})
  redis.call('PEXPIRE', attempts, ${deliveryLifeMs})
end

local function give_up(reason, now)
  redis.call('HSET', delivery, 'finished_ms', now, 'reason', reason)
  move_delivery('failed', now)
end
`;

/**
 * Whether a delivery is to be sent now. One to a disabled endpoint ends here, unless it was asked for by hand.
 * ARGV round. Returns 'gone', 'over' (ended, or sent again by hand meanwhile), the milliseconds until it is due, or its
 * fields and `now_ms`.
 */
export const beginDelivery = script(`${lib}
local d = redis.call('HMGET', delivery, 'state', 'round', 'next_ms', 'tenant', 'url')
if not d[1] then return 'gone' end
if d[1] ~= 'pending' or d[2] ~= ARGV[3] then return 'over' end
local now = now_ms()
if d[2] == '0' and redis.call('HEXISTS', endpoint_of(d[4], d[5]), 'disabled') == 1 then
  redis.call('HDEL', delivery, 'next_ms')
  give_up('endpoint_disabled', now)
  return 'over'
end
if d[3] and tonumber(d[3]) > now then return tonumber(d[3]) - now end
local fields = redis.call('HGETALL', delivery)
fields[#fields + 1] = 'now_ms'
fields[#fields + 1] = tostring(now)
return fields
`);

/**
 * Writes down an attempt and what follows from it, and what it says about the endpoint.
 * ARGV round, attempt (JSON), 'delivered', 'retry' or 'failed', pause_ms, reason, how long an endpoint may fail (ms).
 * Returns the state that the delivery is in now, 'gone', or 'over' (nothing was written).
 */
export const settleDelivery = script(`${lib}
local d = redis.call('HMGET', delivery, 'state', 'round', 'tenant', 'url')
if not d[1] then return 'gone' end
if d[1] ~= 'pending' or d[2] ~= ARGV[3] then return 'over' end
local now, verdict, reason = now_ms(), ARGV[5], ARGV[7]
redis.call('HDEL', delivery, 'next_ms')
redis.call('RPUSH', attempts, ARGV[4])
redis.call('LTRIM', attempts, -50, -1)
redis.call('HINCRBY', delivery, 'attempt', 1)
redis.call('HINCRBY', delivery, 'tries', 1)
local endpoint = endpoint_of(d[3], d[4])
if verdict == 'delivered' then
  redis.call('DEL', endpoint)
  redis.call('HSET', delivery, 'finished_ms', now)
  move_delivery('delivered', now)
  return 'delivered'
end
redis.call('HSETNX', endpoint, 'failing_ms', now)
redis.call('PEXPIRE', endpoint, ${deliveryLifeMs})
local tired = now - redis.call('HGET', endpoint, 'failing_ms') >= tonumber(ARGV[8])
if tired or reason == 'gone' then redis.call('HSET', endpoint, 'disabled', 1) end
if verdict == 'retry' and not tired then
  redis.call('HSET', delivery, 'next_ms', now + ARGV[6])
  move_delivery('pending', now)
  return 'pending'
end
give_up(verdict == 'failed' and reason or 'endpoint_disabled', now)
return 'failed'
`);

/**
 * Has a delivery sent again, from its first attempt on, whatever became of it. ARGV tenant. Returns 0, or 1.
 */
export const redeliver = script(`${lib}
local d = redis.call('HMGET', delivery, 'tenant', 'url')
if d[1] ~= ARGV[3] then return 0 end
local now, round = now_ms(), redis.call('HINCRBY', delivery, 'round', 1)
redis.call('HDEL', delivery, 'next_ms', 'finished_ms', 'reason')
redis.call('HSET', delivery, 'tries', 0)
move_delivery('pending', now)
redis.call('XADD', root .. ':outbox', '*', 'id', id, 'round', round, 'url', d[2])
return 1
`);
