-- How fast work ends: what workers ended, counted in buckets of time.
local keys = require 'keys'

local pace = {}
local window_ms = 60000
local bucket_ms = 5000

-- A worker ended one.
function pace.tick(now)
  local bucket = math.floor(now / bucket_ms)
  if redis.call('HINCRBY', keys.pace, bucket, 1) > 1 then return end
  for _, old in ipairs(redis.call('HKEYS', keys.pace)) do
    local age = bucket - old
    if age < 0 or age >= window_ms / bucket_ms then redis.call('HDEL', keys.pace, old) end
  end
  redis.call('PEXPIRE', keys.pace, window_ms)
end

-- What ended in each bucket of the window, the oldest first; the last is the one that is filling.
function pace.buckets(now)
  local last, counts = math.floor(now / bucket_ms), {}
  for i = 1, window_ms / bucket_ms do
    counts[i] = tonumber(redis.call('HGET', keys.pace, last - window_ms / bucket_ms + i) or 0)
  end
  return counts
end

function pace.per_second(now)
  local done, first = 0, now
  local buckets = redis.call('HGETALL', keys.pace)
  for i = 1, #buckets, 2 do
    local start = buckets[i] * bucket_ms
    if start > now - window_ms and start <= now then
      done = done + buckets[i + 1]
      first = math.min(first, start)
    end
  end
  return done * 1000 / math.max(now - first, bucket_ms)
end

-- Seconds until what is open has ended at this pace.
function pace.retry_after_s(now)
  local rate = pace.per_second(now)
  if rate == 0 then return 120 end
  return math.min(math.max(math.ceil(redis.call('ZCARD', keys.open) / rate), 1), 120)
end

return pace
