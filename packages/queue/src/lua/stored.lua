local keys = require 'keys'

-- How much each tenant has had stored in records and batches within the time that these are kept, in bytes, about.
-- Entries expire by themselves, unseen by us, so what is counted is what was written, in buckets, which go when they
-- are too old. Nothing is counted where Redis has no limit.
local stored = {}
local buckets = 8
-- Lists, counters, expiry and tombstones of a record, beside its fields.
local overhead = 1500

local function bucket_ms(kept_ms) return math.ceil(kept_ms / buckets) end

-- `...`: fields, flat lists: name, value, …
function stored.size_of(...)
  local bytes = overhead
  for _, fields in ipairs({ ... }) do
    for _, text in ipairs(fields) do bytes = bytes + #text end
  end
  return bytes
end

-- `terms`: the tenant, how long its records are kept, and whether Redis has a limit.
function stored.add(terms, bytes, now)
  if not terms.memory_room then return end
  local bucket = keys.stored(math.floor(now / bucket_ms(terms.kept_ms)))
  redis.call('HINCRBY', bucket, terms.tenant, bytes)
  redis.call('PEXPIRE', bucket, terms.kept_ms + bucket_ms(terms.kept_ms))
end

function stored.of(terms, now)
  local bytes, last = 0, math.floor(now / bucket_ms(terms.kept_ms))
  for n = last - buckets, last do bytes = bytes + tonumber(redis.call('HGET', keys.stored(n), terms.tenant) or 0) end
  return bytes
end

return stored
