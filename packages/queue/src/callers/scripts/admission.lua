-- Whether a submission is taken: what its `terms` are checked against. admit-submission.ts says what these are.
local constants = require 'constants'
local fetches = require 'fetches'
local keys = require 'keys'
local pace = require 'pace'
local pixels = require 'pixels'
local stored = require 'stored'

local admission = {}
-- A tenant may have this many times as much open as there is still room for: it alone four fifths of the queue, two of
-- them four ninths each, and whoever comes next always finds some (Choudhury and Hahne's dynamic thresholds).
local room_share = 4

-- What the same request led to when it came first; nil when there is no record of it.
local function first_of(id, terms)
  local record = keys.record(id)
  local tenant, fingerprint, storing = unpack(redis.call('HMGET', record, 'tenant', 'fingerprint', 'storing'))
  if not tenant then return nil end
  if tenant ~= terms.tenant or (fingerprint or nil) ~= terms.fingerprint then return { 'reused' } end
  if storing then return { 'in_progress' } end
  return { 'replayed', id, redis.call('HGETALL', record) }
end

local function repeated(id, terms)
  if id then
    local first = first_of(id, terms)
    if first then return first end
    local owner = redis.call('GET', keys.gone(id))
    if owner then return { owner == terms.tenant and 'gone' or 'reused' } end
  end
  local entry = terms.idempotency and redis.call('GET', keys.idempotency(terms.idempotency))
  if not entry then return nil end
  local name, fingerprint = entry:match('^(%S+) (.*)$')
  if fingerprint ~= terms.fingerprint then return { 'reused' } end
  return first_of(name, terms)
end

-- Submissions like this one that there is room for. Pixels that are only kept make room for others.
local function room(terms)
  local bytes = terms.bytes_max - pixels.stored()
  local fit = math.floor(bytes / math.max(terms.bytes, 1)) + redis.call('ZCARD', keys.kept)
  return math.min(terms.open_max - redis.call('ZCARD', keys.open), fit)
end

-- Why Redis has no memory for so many bytes of new work of a tenant; nil when it has. `memory_room`: what it has left
-- for new work; nil where it has no limit. A tenant that has had so much stored that others would find no room gets
-- none.
function admission.memory_objection(terms, bytes, now)
  if not terms.memory_room then return nil end
  if bytes >= terms.memory_room then return { 'memory_full', pace.retry_after_s(now) } end
  if terms.tenant == constants.public_tenant then return nil end
  local has_share = stored.of(terms, now) < room_share * terms.memory_room
  return not has_share and { 'tenant_full', pace.retry_after_s(now) } or nil
end

-- How much work whose image is still to be fetched there is room for, up to `wanted`, and why there is none for more.
-- Bounds of its own count it, by `fetch_max`, until its image is there, and those of its tenant.
function admission.fetch_room(terms, wanted)
  local own, waiting = fetches.of(terms.tenant), redis.call('ZCARD', keys.unfetched)
  local open = tonumber(redis.call('HGET', keys.load, 'tenant:' .. terms.tenant) or 0)
  local shares = terms.tenant ~= constants.public_tenant
  for more = 0, wanted - 1 do
    if own + open + more >= terms.tenant_open_max then return more, 'tenant_full' end
    if waiting + more >= terms.fetch_max then return more, 'full' end
    if shares and own + more >= room_share * (terms.fetch_max - waiting - more) then return more, 'tenant_full' end
  end
  return wanted
end

-- Why there is no new record, or what there is instead; nil when there is nothing against it. Writes nothing but
-- deletions.
function admission.objection(id, terms, has_result, now)
  local first = repeated(id, terms)
  if first then return first end
  if has_result then return nil end
  if terms.fetch_max then
    local has_room, why = admission.fetch_room(terms, 1)
    if has_room == 0 then return { why, pace.retry_after_s(now) } end
    return admission.memory_objection(terms, 0, now)
  end
  local own = tonumber(redis.call('HGET', keys.load, 'tenant:' .. terms.tenant) or 0)
  if own >= terms.tenant_open_max then return { 'tenant_full', pace.retry_after_s(now) } end
  local is_full = redis.call('ZCARD', keys.open) >= terms.open_max
    or not pixels.make_room(terms.bytes_max - terms.bytes, now)
  if is_full then return { 'full', pace.retry_after_s(now) } end
  local is_public = terms.tenant == constants.public_tenant
  if (terms.yields or not is_public) and own >= room_share * room(terms) then
    return { is_public and 'full' or 'tenant_full', pace.retry_after_s(now) }
  end
  return admission.memory_objection(terms, terms.bytes, now)
end

return admission
