-- Writes the records of new work, with all that goes with them. create-record.ts says what their `creation` is.
local batches = require 'batches'
local clock = require 'clock'
local constants = require 'constants'
local fetches = require 'fetches'
local hashes = require 'hashes'
local keys = require 'keys'
local lists = require 'lists'
local pixels = require 'pixels'
local sorted_sets = require 'sorted-sets'
local stored = require 'stored'
local tombstones = require 'tombstones'
local turns = require 'turns'
local work = require 'work'

local new_record = {}

-- Counts it against the bounds, at a turn, until it ends.
local function open(id, fields, terms, creation, now)
  local turn = turns.take(fields.jobs, terms.tenant, fields.weight, fields.cost, creation.life_ms)
  redis.call('HSET', keys.record(id), 'turn', turn)
  redis.call('ZADD', keys.open, now + math.min(constants.enqueue_grace_ms, creation.image_ttl_ms), id)
  redis.call('HSET', keys.owners, id, terms.tenant)
  redis.call('HINCRBY', keys.load, 'tenant:' .. terms.tenant, 1)
  redis.call('PEXPIRE', keys.pixels(fields.pixels), creation.image_ttl_ms)
  pixels.count(fields.pixels, now, creation.image_ttl_ms)
end

-- What a record begins with. `...`: further fields, flat lists.
local function begin(id, terms, state, ttl_ms, timeout_ms, now, ...)
  local own = { 'state', state, 'version', clock.next_version(nil, now), 'attempt', 0, 'created_ms', now,
    'expires_ms', now + ttl_ms }
  local deadline = timeout_ms and { 'deadline_ms', now + timeout_ms, 'timeout_ms', timeout_ms } or {}
  hashes.set(keys.record(id), own, deadline, ...)
  tombstones.leave(id, terms.tenant, ttl_ms)
end

local function put_on_lists(ids, terms, batch, state, life_ms, now)
  lists.add_all(ids, terms.tenant, nil, now, life_ms, now)
  lists.add_all(ids, terms.tenant, state, now, life_ms, now)
  if batch then lists.add_all(ids, terms.tenant, batch, now, life_ms, now) end
end

-- `given`: its fields, a flat list. `result`: JSON, of work that has it already.
function new_record.write(id, given, terms, creation, result, now)
  local record, fields = keys.record(id), hashes.from(given)
  local timeout_ms = creation.deadline_after_ms
  local state, ttl_ms, more = 'queued', creation.life_ms, {}
  if result then
    state, ttl_ms = 'succeeded', tonumber(fields.retention_ms)
    more = { 'result', result, 'cached', 1, 'finished_ms', now }
  end
  begin(id, terms, state, ttl_ms, timeout_ms, now, given, more)
  redis.call('SADD', keys.queue_names, fields.jobs)
  -- The record of what has not ended stays until it has, however long that takes.
  if result then redis.call('PEXPIRE', record, ttl_ms) end
  stored.add(terms, stored.size_of(given), now)
  put_on_lists({ id }, terms, fields.batch, state, creation.life_ms, now)
  if fields.batch then batches.count(fields.batch, id, nil, state, now) end
  if result then return work.post(id, state, now) end
  if timeout_ms then redis.call('ZADD', keys.deadlines, now + timeout_ms, id) end
  open(id, fields, terms, creation, now)
end

-- Writes work that waits for its images to be fetched: all of one kind, for one queue and of one batch, if of any.
-- `items`: each with `id`, `fields`, a flat list, and `deadline_after_ms`; `given`: the fields of all of them.
function new_record.write_unfetched(items, given, terms, creation, now)
  local fields, life_ms = hashes.from(given, items[1].fields), creation.life_ms
  local queue, ids, expiring, deadlines, bytes = fields.jobs, {}, {}, {}, 0
  local taken = fetches.turns(queue, terms.tenant, fields.weight, #items, life_ms)
  for i, item in ipairs(items) do
    local timeout_ms = item.deadline_after_ms
    ids[i] = item.id
    if timeout_ms then expiring[#expiring + 1], deadlines[#deadlines + 1] = item.id, now + timeout_ms end
    bytes = bytes + stored.size_of(given, item.fields)
    local turn = { 'fetch_turn', taken[i] }
    begin(item.id, terms, 'queued', life_ms, timeout_ms, now, given, item.fields, turn)
  end
  redis.call('SADD', keys.queue_names, queue)
  stored.add(terms, bytes, now)
  put_on_lists(ids, terms, fields.batch, 'queued', life_ms, now)
  if fields.batch then batches.enqueue(fields.batch, #ids, now) end
  if #expiring > 0 then sorted_sets.add(keys.deadlines, expiring, deadlines) end
  fetches.enter(ids, taken, queue, terms.tenant, now)
end

return new_record
