-- Hosts that images are fetched from. One that fails again and again is asked no more for a while, so that those that
-- answer are asked instead; then it is asked for one image, until it answers.
local keys = require 'keys'

local hosts = {}
-- So many failures in a row are trouble. It is then left alone for so long, twice as long after each further one.
local failures_max = 3
local pause_ms, pause_max_ms = 5000, 60000
-- Failures are forgotten after so long.
local trouble_life_ms = 600000

local function failures_of(host) return tonumber(redis.call('HGET', keys.trouble(host), 'failures') or 0) end

function hosts.is_down(host, now)
  local until_ms = tonumber(redis.call('HGET', keys.trouble(host), 'until_ms') or 0)
  -- One that is further off was set before the clock went back.
  return until_ms > now and until_ms <= now + pause_max_ms
end

-- Whether it is asked for as much as it may be.
function hosts.is_busy(host, per_host)
  local most = failures_of(host) >= failures_max and 1 or per_host
  return redis.call('SCARD', keys.asked(host)) >= most
end

-- Begins with a deletion.
function hosts.answered(host) redis.call('UNLINK', keys.trouble(host)) end

function hosts.failed(host, now)
  local trouble = keys.trouble(host)
  local beyond = redis.call('HINCRBY', trouble, 'failures', 1) - failures_max
  redis.call('PEXPIRE', trouble, trouble_life_ms)
  if beyond >= 0 then
    redis.call('HSET', trouble, 'until_ms', now + math.min(pause_ms * 2 ^ math.min(beyond, 10), pause_max_ms))
  end
end

return hosts
