-- A tombstone says whose work or batch an id was, after its record is gone.
local keys = require 'keys'

local tombstones = {}
local outlives_ms = 7 * 86400000

-- `record_ms`: how long the record still exists.
function tombstones.leave(id, tenant, record_ms)
  redis.call('SET', keys.gone(id), tenant, 'PX', record_ms + outlives_ms)
end

function tombstones.keep(id, record_ms) redis.call('PEXPIRE', keys.gone(id), record_ms + outlives_ms) end

return tombstones
