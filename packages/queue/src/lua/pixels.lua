-- Stored pixels. The name of a key of pixels ends with their size in bytes.
local keys = require 'keys'

local pixels = {}

local function bytes_of(name) return tonumber(name:match('%d+$')) end

-- Deletes pixels, and counts them off once.
function pixels.drop(name)
  redis.call('UNLINK', keys.pixels(name))
  redis.call('ZREM', keys.kept, name)
  if redis.call('ZREM', keys.images, name) == 1 then
    if redis.call('HINCRBY', keys.load, 'bytes', -bytes_of(name)) <= 0 then redis.call('HDEL', keys.load, 'bytes') end
  end
end

-- Keeps the pixels of work that did not succeed, to be tried again, for as long as nobody needs the room.
function pixels.keep(name, now, ms)
  if redis.call('PEXPIRE', keys.pixels(name), ms) == 0 then return pixels.drop(name) end
  redis.call('ZADD', keys.images, now + ms, name)
  redis.call('ZADD', keys.kept, now, name)
end

-- Bytes of all stored pixels, those included for which there is a place only.
function pixels.stored() return tonumber(redis.call('HGET', keys.load, 'bytes') or 0) end

-- Deletes pixels that expired and, until no more than `bytes` are stored, the oldest that are only kept. Says whether
-- that was enough.
function pixels.make_room(bytes, now)
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', keys.images, '-inf', now, 'LIMIT', 0, 100)) do pixels.drop(name) end
  while pixels.stored() > bytes do
    local oldest = redis.call('ZRANGE', keys.kept, 0, 0)[1]
    if not oldest then return false end
    pixels.drop(oldest)
  end
  return true
end

-- Counts pixels that are stored, or will be, until they are dropped or so many milliseconds have passed.
function pixels.count(name, now, ms)
  if redis.call('ZADD', keys.images, now + ms, name) == 1 then
    redis.call('HINCRBY', keys.load, 'bytes', bytes_of(name))
  end
end

return pixels
