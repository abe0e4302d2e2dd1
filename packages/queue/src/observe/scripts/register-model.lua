local arguments = require 'arguments'
local clock = require 'clock'
local keys = require 'keys'

-- Registrations are numbered by Redis's clock, but never below an earlier one: the model that registered last is last,
-- whatever the clocks of workers and of Redis do.
local last = redis.call('ZREVRANGE', keys.model_order, 0, 0, 'WITHSCORES')[2]
local now = clock.now_ms()
local order = math.max(now, tonumber(last or 0) + 1)

redis.call('SET', keys.tokenizer(arguments.tokenizer_sha256), arguments.tokenizer)
redis.call('HSET', keys.manifests, arguments.model, arguments.manifest)
redis.call('ZADD', keys.model_order, order, arguments.model)
redis.call('ZADD', keys.model_seen, now, arguments.model)
