-- Every change of the state of work goes through `move`, every end through `finish`.
--
-- A Redis at maxmemory refuses a script whose first write needs memory, and lets it pass once it has deleted something.
-- So scripts that take in work start with a write that needs some, and those that get work done start with a deletion.
local batches = require 'batches'
local clock = require 'clock'
local constants = require 'constants'
local fetches = require 'fetches'
local keys = require 'keys'
local lists = require 'lists'
local outbox = require 'outbox'
local pixels = require 'pixels'
local tombstones = require 'tombstones'
local turns = require 'turns'

local work = {}

local terminal = {}
for _, state in ipairs(constants.terminal_states) do terminal[state] = true end

function work.is_terminal(state) return terminal[state] == true end

-- The queue of BullMQ that the job is in.
function work.queue(id) return keys.queue(redis.call('HGET', keys.record(id), 'jobs') or '') end

-- Another version: whoever watches it reads it again.
function work.announce(id, state, now)
  local record = keys.record(id)
  local version = clock.next_version(redis.call('HGET', record, 'version'), now)
  redis.call('HSET', record, 'version', version)
  redis.call('PUBLISH', keys.states, id .. ' ' .. state .. ' ' .. version)
end

function work.move(id, to, now)
  local record = keys.record(id)
  local state, tenant, created_ms, life_ms, batch = unpack(redis.call('HMGET', record,
    'state', 'tenant', 'created_ms', 'life_ms', 'batch'))
  redis.call('HSET', record, 'state', to)
  if state ~= to then
    lists.remove(id, tenant, state)
    lists.add(id, tenant, to, created_ms, life_ms, now)
    if batch then batches.count(batch, id, state, to, now) end
  end
  work.announce(id, to, now)
end

-- It no longer counts against the bounds. Begins with a deletion.
function work.close(id)
  redis.call('ZREM', keys.open, id)
  redis.call('ZREM', keys.queued, id)
  redis.call('ZREM', keys.deadlines, id)
  fetches.leave(id)
  local queue, turn, weight, cost, attempt, ahead = unpack(redis.call('HMGET', keys.record(id),
    'jobs', 'turn', 'weight', 'cost', 'attempt', 'ahead'))
  if ahead then redis.call('SREM', keys.ahead(ahead), id) end
  local owner, is_last = work.disown(id)
  if not owner or not turn or not (is_last or attempt == '0') then return end
  turns.give_back(queue, owner, weight, cost, is_last)
end

-- Counts it off its owner's open work, once. Returns the owner, if it was counted, and whether it was the last.
function work.disown(id)
  local owner = redis.call('HGET', keys.owners, id)
  if not owner then return nil end
  redis.call('HDEL', keys.owners, id)
  local is_last = redis.call('HINCRBY', keys.load, 'tenant:' .. owner, -1) <= 0
  if is_last then redis.call('HDEL', keys.load, 'tenant:' .. owner) end
  return owner, is_last
end

-- Posts the event of a state, `caption.succeeded` for example.
function work.post(id, state, now)
  outbox.post(constants.objects[id:sub(1, 3)] .. '.' .. state, id, keys.record(id), now)
end

-- The only writer of terminal states, but for work that has its result when it is submitted. What belongs to the state
-- is set before.
function work.finish(id, state, now)
  local record = keys.record(id)
  work.close(id)
  redis.call('HDEL', record, 'token', 'storing', 'given_up_ms')
  local retention_ms, retry_ms, image, idempotency = unpack(redis.call('HMGET', record,
    'retention_ms', 'retry_ms', 'pixels', 'idempotency'))
  redis.call('HSET', record, 'finished_ms', now, 'expires_ms', now + retention_ms)
  redis.call('PEXPIRE', record, retention_ms)
  tombstones.keep(id, retention_ms)
  if idempotency then redis.call('PEXPIRE', keys.idempotency(idempotency), retention_ms) end
  if image then
    if state == 'succeeded' or tonumber(retry_ms) == 0 then
      pixels.drop(image)
    else
      pixels.keep(image, now, retry_ms)
    end
  end
  work.move(id, state, now)
  work.post(id, state, now)
end

return work
