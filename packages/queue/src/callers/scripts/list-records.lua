local arguments = require 'arguments'
local keys = require 'keys'

-- Entries that are looked at for one page, most of whose records may have expired.
local examined_max = 5000

local list = keys.list(arguments.kind, arguments.tenant, arguments.state)
local from, behind, limit = arguments.from_ms, arguments.behind_id, arguments.limit
local page, dead, cursor, examined, last = {}, {}, '', 0, ''
while examined < examined_max and cursor == '' do
  local entries = redis.call('ZREVRANGEBYSCORE', list, from, '-inf', 'WITHSCORES', 'LIMIT', examined, 100)
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
      local fields = redis.call('HGETALL', keys.record(id))
      if #fields == 0 then
        dead[#dead + 1] = id
      else
        page[#page + 1] = id
        page[#page + 1] = fields
      end
    end
  end
end
if cursor == '' and examined >= examined_max then cursor = last end
for _, id in ipairs(dead) do redis.call('ZREM', list, id) end
return { cursor, page }
