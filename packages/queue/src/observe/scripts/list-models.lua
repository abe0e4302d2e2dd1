local clock = require 'clock'
local keys = require 'keys'

local now = clock.now_ms()
local entries = redis.call('HGETALL', keys.manifests)
local models = {}
for i = 1, #entries, 2 do
  local model = entries[i]
  local seen = redis.call('ZSCORE', keys.model_seen, model)
  models[#models + 1] = {
    model,
    entries[i + 1],
    redis.call('ZSCORE', keys.model_order, model) or '0',
    seen and clock.elapsed_ms(seen, now) or -1,
  }
end
return models
