local clock = {}

-- Milliseconds on Redis's clock, which every time that decides anything is.
function clock.now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

return clock
