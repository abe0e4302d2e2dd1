local arguments = require 'arguments'
local batches = require 'batches'
local clock = require 'clock'
local constants = require 'constants'
local keys = require 'keys'

-- What became of each item: those that have a record were taken.
local function items_of(id, ids)
  local items, refused = {}, 0
  for i, name in ipairs(cjson.decode(ids)) do
    local is_taken = name ~= cjson.null and redis.call('HGET', keys.record(name), 'batch') == id
    if not is_taken then refused = refused + 1 end
    items[i] = {
      index = i - 1,
      id = is_taken and name or cjson.null,
      error = is_taken and cjson.null or arguments.error,
    }
  end
  return #items > 0 and cjson.encode(items) or '[]', refused
end

local now = clock.now_ms()
local sealed = {}
for _, id in ipairs(clock.due(keys.unsealed, now, constants.seal_within_ms, arguments.count)) do
  redis.call('ZREM', keys.unsealed, id)
  local total, ids = unpack(redis.call('HMGET', keys.batch(id), 'total', 'ids'))
  if total then
    local items, refused = items_of(id, ids or '[]')
    batches.seal(id, items, ids and refused or total, now)
    sealed[#sealed + 1] = id
  end
end
return sealed
