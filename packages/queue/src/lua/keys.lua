-- The names of our keys; the README says what each holds. They share the hash tag in `root`, so that all keys of a
-- script are on one node of a cluster. keys.ts has those that are used outside of scripts.
local root = ARGV[1]

local function key(kind, name) return root .. ':' .. kind .. ':' .. name end

local keys = {
  open = root .. ':open',
  owners = root .. ':owners',
  queued = root .. ':queued',
  deadlines = root .. ':deadlines',
  images = root .. ':images',
  kept = root .. ':kept',
  load = root .. ':load',
  pace = root .. ':pace',
  states = root .. ':states',
  cancels = root .. ':cancels',
  outbox = root .. ':outbox',
  due = root .. ':due',
  -- Tests of webhooks that wait for a notifier.
  tests = root .. ':tests',
  -- Batches that are not sealed, and when a reconciler seals them.
  unsealed = root .. ':unsealed',
  -- Keys of the endpoints that fail, by when they failed last.
  failing = root .. ':failing',
  -- Work whose image is still to be fetched, by its creation; the models' queues that some of it waits for; what is put
  -- off, by when it is due; what a gateway has in hand.
  unfetched = root .. ':unfetched',
  fetch_queues = root .. ':fetch-queues',
  fetch_due = root .. ':fetch-due',
  fetching = root .. ':fetching',
  -- Names of the queues of BullMQ that models have had, and those queues; the notifier's.
  queue_names = root .. ':jobs:names',
  notify = root .. ':notify',
  -- Of all models, under a root of their own: manifests, the order in which they registered, and when a worker that
  -- serves them was seen.
  manifests = root .. ':manifests',
  model_order = root .. ':order',
  model_seen = root .. ':seen',
  -- When workers last said how they are, and what they said, by their ids.
  workers = root .. ':workers',
  worker_status = root .. ':worker-status',
}

function keys.tokenizer(sha256) return key('tokenizer', sha256) end
function keys.queue(name) return key('jobs', name) end
function keys.record(id) return key('record', id) end
function keys.pixels(name) return key('pixels', name) end
function keys.gone(id) return key('gone', id) end
function keys.idempotency(hash) return key('idempotency', hash) end
function keys.result(hash) return key('result', hash) end
-- Bytes of each tenant's records, of those written in one period.
function keys.stored(n) return key('stored', string.format('%.0f', n)) end
function keys.batch(id) return key('batch', id) end
-- Of each item of a batch what became of it when it was submitted, by its index; what has ended of it, in that order.
function keys.batch_items(id) return key('batch-items', id) end
function keys.batch_results(id) return key('batch-results', id) end
-- Of a model's queue: work that waits for its image to be fetched, by turns; work that is being fetched, or was and has
-- not ended.
function keys.fetches(queue) return key('fetches', queue) end
function keys.ahead(queue) return key('ahead', queue) end
-- Of a host: work that it is being asked for; work that waits until it is asked for less, by turns; its failures.
function keys.asked(host) return key('asked', host) end
function keys.parked(host) return key('parked', host) end
function keys.trouble(host) return key('trouble', host) end
function keys.turns(queue) return key('turns', queue) end
function keys.latest(state) return key('latest', state) end
function keys.delivery(id) return key('delivery', id) end
function keys.attempts(id) return key('attempts', id) end
function keys.endpoint(tenant, url) return key('endpoint', redis.sha1hex(tenant .. ' ' .. url)) end

-- `kind`: the prefix of the ids on the list. All of a tenant's, or those in one state, or of the batch with this id.
function keys.list(kind, tenant, state) return key('list', kind .. ':' .. tenant .. (state and ':' .. state or '')) end

function keys.deliveries(tenant, state) return key('deliveries', tenant .. (state and ':' .. state or '')) end

return keys
