-- What becomes of work whose image is fetched, or was to be.
local fetches = require 'fetches'
local hashes = require 'hashes'
local keys = require 'keys'
local pixels = require 'pixels'
local work = require 'work'

local fetch_stage = {}

-- Nobody has it in hand any more, and nothing is kept for its pixels. Begins with a deletion.
function fetch_stage.let_go(id)
  redis.call('ZREM', keys.open, id)
  work.disown(id)
  local record = keys.record(id)
  local name, ahead, host = unpack(redis.call('HMGET', record, 'pixels', 'ahead', 'host'))
  if name then pixels.drop(name) end
  if ahead then redis.call('SREM', keys.ahead(ahead), id) end
  redis.call('HDEL', record, 'pixels', 'ahead', 'fetch_token')
  fetches.free(id, host)
end

-- Ends it as failed. `error`: the fields that say why. Begins with a deletion.
function fetch_stage.fail(id, error, now)
  fetch_stage.let_go(id)
  hashes.set(keys.record(id), error)
  work.finish(id, redis.call('HGET', keys.record(id), 'cancel') and 'canceled' or 'failed', now)
end

-- A try has failed that may succeed later: it comes back after the pause that belongs to it, unless there is none left.
function fetch_stage.try_later(id, pauses_ms, error, now)
  local pause_ms = pauses_ms[tonumber(redis.call('HGET', keys.record(id), 'fetch_tries'))]
  if not pause_ms then return fetch_stage.fail(id, error, now) end
  fetch_stage.let_go(id)
  fetches.put_back(id, pause_ms, now)
end

return fetch_stage
