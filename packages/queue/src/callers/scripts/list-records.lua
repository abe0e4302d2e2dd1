local arguments = require 'arguments'
local keys = require 'keys'

-- Entries that are looked at for one page, most of whose records may have expired or be in another state.
local examined_max = 5000

local batch, state, names = arguments.batch_id, arguments.state, arguments.names
local list = keys.list(arguments.kind, arguments.tenant, batch or state)
local hash_of = arguments.kind == 'bat' and keys.batch or keys.record
local from, to, behind, limit = arguments.from, arguments.to, arguments.behind_id, arguments.limit

-- Whether it is in the state that is asked for, or gone. Only the list of a batch has every state.
local function passes(id)
  if not batch or not state then return true end
  return (redis.call('HGET', hash_of(id), 'state') or state) == state
end

-- Name, value, …; nothing for what is gone.
local function fields_of(id)
  if not names then return redis.call('HGETALL', hash_of(id)) end
  local fields = {}
  for i, value in ipairs(redis.call('HMGET', hash_of(id), unpack(names))) do
    if value then
      fields[#fields + 1] = names[i]
      fields[#fields + 1] = value
    end
  end
  return fields
end

local page, dead, cursor, examined, last = {}, {}, '', 0, ''
while examined < examined_max and cursor == '' do
  local entries = redis.call('ZREVRANGEBYSCORE', list, from, to, 'WITHSCORES', 'LIMIT', examined, 100)
  if #entries == 0 then break end
  for i = 1, #entries, 2 do
    local id, created_ms = entries[i], entries[i + 1]
    examined = examined + 1
    if created_ms ~= from or not behind or id < behind then
      if #page == 2 * limit then
        cursor = last
        break
      end
      last = created_ms .. ' ' .. id
      if passes(id) then
        local fields = fields_of(id)
        if #fields == 0 then
          dead[#dead + 1] = id
        else
          page[#page + 1] = id
          page[#page + 1] = fields
        end
      end
    end
  end
end
if cursor == '' and examined >= examined_max then cursor = last end
for _, id in ipairs(dead) do redis.call('ZREM', list, id) end
return { cursor, page }
