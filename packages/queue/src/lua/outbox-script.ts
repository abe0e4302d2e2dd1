/** How long a delivery and its attempts are kept after the last thing that happened to it. */
export const deliveryLifeMs = 7 * 86_400_000;
/** Deliveries of one tenant that can be listed, in all and per state: the newest. */
const listedMax = 100_000;

/**
 * Lua that every script of the queue has: `post` is called in the same step that stores a terminal state, so that there
 * is never an end without its event or an event without its end. It needs `root` and `key`.
 */
export const outboxLua = `
local function list_delivery(list, name, created, now)
  redis.call('ZADD', key('deliveries', list), created, name)
  redis.call('ZREMRANGEBYSCORE', key('deliveries', list), '-inf', now - ${2 * deliveryLifeMs})
  redis.call('ZREMRANGEBYRANK', key('deliveries', list), 0, ${-listedMax - 1})
  redis.call('PEXPIRE', key('deliveries', list), ${2 * deliveryLifeMs})
end

-- Writes a delivery and its entry in the outbox, if whoever submitted asked for this event. The record is copied as it
-- is now: it may expire before the receiver can be reached.
local function post(event, subject, hash, now)
  local r = redis.call('HMGET', hash, 'webhook', 'tenant')
  if not r[1] then return end
  local webhook, asked = cjson.decode(r[1]), false
  for _, one in ipairs(webhook.events) do asked = asked or one == event end
  if not asked then return end
  local name = 'msg_' .. subject .. '_' .. event:match('[^.]+$')
  local delivery, snapshot = key('delivery', name), cjson.encode(redis.call('HGETALL', hash))
  redis.call('HSET', delivery, 'id', name, 'event', event, 'subject', subject, 'tenant', r[2], 'url', webhook.url,
    'secret', webhook.secret, 'snapshot', snapshot, 'state', 'pending', 'attempt', 0, 'tries', 0, 'round', 0,
    'created_ms', now)
  redis.call('PEXPIRE', delivery, ${deliveryLifeMs})
  list_delivery(r[2], name, now, now)
  list_delivery(r[2] .. ':pending', name, now, now)
  redis.call('XADD', root .. ':outbox', '*', 'id', name, 'round', 0, 'url', webhook.url)
end
`;
