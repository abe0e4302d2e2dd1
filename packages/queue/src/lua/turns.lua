-- Start-time fair queueing over the work of one model (docs/explanation/decisions/0008-turns.md): `now` is the
-- turn of what began
-- last, `next:<tenant>` where the tenant's next one would be if it were alone.
local keys = require 'keys'

local turns = {}
-- Turns are numbers, of which the lowest is next; they never begin anew. The first lies above all scores that BullMQ
-- gives by itself (its priority times 2^32, and a counter of 32 bits). The last is 2^53.
local first_turn = 2 ^ 33
-- What work of weight 1 and cost 1 adds to its tenant's next turn; any other in proportion. Divisible by most weights.
local turn_units = 10000

-- `cost`: of the work, against a plain caption (work-cost.ts).
local function step(weight, cost) return math.floor(turn_units * cost / weight) end

-- The turns of so much new work in this queue, a list.
function turns.take_many(queue, tenant, weight, cost, count, life_ms)
  local hash, taken = keys.turns(queue), {}
  local now, own = unpack(redis.call('HMGET', hash, 'now', 'next:' .. tenant))
  local turn = math.max(tonumber(now or first_turn), tonumber(own or 0))
  for i = 1, count do
    taken[i] = string.format('%.0f', turn)
    turn = turn + step(weight, cost)
  end
  redis.call('HSET', hash, 'next:' .. tenant, string.format('%.0f', turn))
  redis.call('PEXPIRE', hash, life_ms)
  return taken
end

-- The turn of new work in this queue.
function turns.take(queue, tenant, weight, cost, life_ms)
  return turns.take_many(queue, tenant, weight, cost, 1, life_ms)[1]
end

function turns.begin(queue, turn, life_ms)
  local hash = keys.turns(queue)
  if tonumber(turn) <= tonumber(redis.call('HGET', hash, 'now') or 0) then return end
  redis.call('HSET', hash, 'now', turn)
  redis.call('PEXPIRE', hash, life_ms)
end

-- Work that ends without having begun was no turn. `is_last`: its tenant has nothing else in this queue.
function turns.give_back(queue, tenant, weight, cost, is_last)
  local field = 'next:' .. tenant
  if is_last then
    redis.call('HDEL', keys.turns(queue), field)
  else
    redis.call('HINCRBY', keys.turns(queue), field, -step(weight, cost or 1))
  end
end

return turns
