local clock = {}

-- Milliseconds on Redis's clock, which every time that decides anything is. It may go back: a step of NTP, or a
-- failover to a host that is behind.
function clock.now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Milliseconds from one time to a later one, 0 when the clock went back between the two.
function clock.elapsed_ms(from, to) return math.max(0, to - from) end

-- The version after this one: the time, which no version had that a Redis has lost since; above the one before, should
-- that be as late.
function clock.next_version(version, now) return string.format('%.0f', math.max(now, (version or 0) + 1)) end

-- What is due in a sorted set whose scores are times at most `ahead_ms` from when they were set. One that is further
-- off was set before the clock went back.
function clock.due(set, now, ahead_ms, count)
  local due = redis.call('ZRANGEBYSCORE', set, '-inf', now, 'LIMIT', 0, count)
  if #due > 0 then return due end
  return redis.call('ZRANGEBYSCORE', set, now + ahead_ms + 1, '+inf', 'LIMIT', 0, count)
end

return clock
