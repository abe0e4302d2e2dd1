import { publicTenant } from '@blipq/contracts';
import { script, tombstoneMs } from '../lua/script.js';

/**
 * A tenant may have this many times as much open as there is still room for: it alone four fifths of the queue, two of
 * them four ninths each, and whoever comes next always finds some (Choudhury and Hahne's dynamic thresholds).
 */
const roomShare = 4;

/** What a submission is checked against. `''` stands for none. */
export interface SubmissionTerms {
  tenant: string;
  fingerprint: string;
  /** Hash of tenant and idempotency key. */
  idempotency: string;
  bytes: number;
  captions_max: number;
  bytes_max: number;
  tenant_max: number;
}

/** The terms of a new record, on top of its fields. */
export interface CreationTerms extends SubmissionTerms {
  ttl_ms: number;
  check_after_ms: number;
  image_ttl_ms: number;
  batch: string;
  /** Milliseconds until it expires unless started; 0 for never. */
  deadline_after_ms: number;
  /** JSON of the result when it is known already. */
  result: string;
  /** Name of the pixels to copy, of a caption that is tried again. */
  copy_from: string;
}

/** Why there is no new record, or what there is instead; nil when there is nothing against it. */
const verdict = `
local function drop_spare_images(bytes, now)
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', images, '-inf', now, 'LIMIT', 0, 100)) do drop_image(name) end
  while tonumber(redis.call('HGET', load, 'bytes') or 0) > bytes do
    local oldest = redis.call('ZRANGE', kept, 0, 0)[1]
    if not oldest then return false end
    drop_image(oldest)
  end
  return true
end

local function first_of(name, o)
  local r = redis.call('HMGET', key('record', name), 'tenant', 'fingerprint', 'storing')
  if not r[1] then return nil end
  if r[1] ~= o.tenant or (r[2] or '') ~= o.fingerprint then return { 'reused' } end
  if r[3] then return { 'in_progress' } end
  return { 'replayed', name, redis.call('HGETALL', key('record', name)) }
end

local function repeated(o)
  local first = first_of(id, o)
  if first then return first end
  local gone = redis.call('GET', key('gone', id))
  if gone then return { gone == o.tenant and 'gone' or 'reused' } end
  local entry = o.idempotency ~= '' and redis.call('GET', key('idempotency', o.idempotency))
  if not entry then return nil end
  local name, fingerprint = entry:match('^(%S+) (.*)$')
  if fingerprint ~= o.fingerprint then return { 'reused' } end
  return first_of(name, o)
end

-- Captions like this one that there is room for. Pixels that are only kept make room for others.
local function room(o)
  local bytes = o.bytes_max - tonumber(redis.call('HGET', load, 'bytes') or 0)
  local fit = math.floor(bytes / math.max(o.bytes, 1)) + redis.call('ZCARD', kept)
  return math.min(o.captions_max - redis.call('ZCARD', open), fit)
end

local function verdict(o, now)
  local first = repeated(o)
  if first then return first end
  if (o.result or '') ~= '' then return nil end
  local mine = tonumber(redis.call('HGET', load, 'tenant:' .. o.tenant) or 0)
  if mine >= o.tenant_max then return { 'tenant_full', retry_after(now) } end
  local full = redis.call('ZCARD', open) >= o.captions_max or not drop_spare_images(o.bytes_max - o.bytes, now)
  if full then return { 'full', retry_after(now) } end
  if o.tenant ~= '${publicTenant}' and mine >= ${roomShare} * room(o) then return { 'tenant_full', retry_after(now) } end
  return nil
end
`;

/** ARGV terms (JSON). Returns what `createRecord` would, or 'admitted'; writes nothing but deletions. */
export const admitSubmission = script(`${verdict}
return verdict(cjson.decode(ARGV[3]), now_ms()) or { 'admitted' }
`);

/**
 * Writes a new record and its idempotency entry, once per id and once per key.
 * ARGV terms (JSON), field, value, …
 * Returns 'created' and the record, or 'replayed', id and record, or 'in_progress', 'reused', 'gone', 'input_gone', or
 * 'full' or 'tenant_full' and the seconds after which there should be room.
 */
export const createRecord = script(`${verdict}
local o, now = cjson.decode(ARGV[3]), now_ms()
local against = verdict(o, now)
if against then return against end
local r = {}
for i = 4, #ARGV, 2 do r[ARGV[i]] = ARGV[i + 1] end
if o.copy_from ~= '' then
  if redis.call('COPY', key('pixels', o.copy_from), key('pixels', r.pixels)) == 0 then return { 'input_gone' } end
elseif o.result == '' and redis.call('EXISTS', key('pixels', r.pixels)) == 0 then
  return { 'input_gone' }
end
local state, ttl = 'queued', o.ttl_ms
set(record, 4)
if o.result ~= '' then
  state, ttl = 'succeeded', tonumber(r.retention_ms)
  redis.call('HSET', record, 'result', o.result, 'cached', 1, 'finished_ms', now)
end
redis.call('SADD', root .. ':jobs:names', r.jobs)
redis.call('HSET', record, 'state', state, 'version', 1, 'attempt', 0, 'created_ms', now, 'expires_ms', now + ttl)
if o.deadline_after_ms > 0 then redis.call('HSET', record, 'deadline_ms', now + o.deadline_after_ms) end
redis.call('PEXPIRE', record, ttl)
redis.call('SET', key('gone', id), o.tenant, 'PX', ttl + ${tombstoneMs})
if o.idempotency ~= '' then redis.call('SET', key('idempotency', o.idempotency), id .. ' ' .. o.fingerprint, 'PX', ttl) end
enlist(list_key(o.tenant), now, o.ttl_ms, now)
enlist(list_key(o.tenant, state), now, o.ttl_ms, now)
if o.batch ~= '' then count(o.batch, nil, state, now) end
if state ~= 'queued' then post(object .. '.' .. state, id, record, now) end
if state == 'queued' then
  local check_after = o.check_after_ms
  if o.deadline_after_ms > 0 then check_after = math.min(check_after, o.deadline_after_ms) end
  redis.call('HSET', record, 'turn', take_turn(r.jobs, o.tenant, r.weight, o.ttl_ms))
  redis.call('ZADD', open, now + check_after, id)
  redis.call('HSET', root .. ':owners', id, o.tenant)
  redis.call('HINCRBY', load, 'tenant:' .. o.tenant, 1)
  redis.call('PEXPIRE', key('pixels', r.pixels), o.image_ttl_ms)
  redis.call('ZADD', images, now + o.image_ttl_ms, r.pixels)
  redis.call('HINCRBY', load, 'bytes', o.bytes)
end
return { 'created', redis.call('HGETALL', record) }
`);

/** The job is in the queue: from now on a repeated request is answered with this caption. Returns 0 if it is not. */
export const confirmRecord = script(`
if redis.call('EXISTS', job_key(id)) == 0 then return 0 end
redis.call('HDEL', record, 'storing')
return 1
`);

/**
 * Takes back a submission that was answered with an error, unless a worker has it already, or somebody else was
 * answered with it. Only what this very submission wrote is removed: the same id may have been submitted again and
 * accepted in the meantime.
 * ARGV name of the pixels. Returns 1 when something was taken back.
 */
export const discardRecord = script(`
local r = redis.call('HMGET', record, 'state', 'pixels', 'tenant', 'fingerprint', 'storing', 'idempotency', 'batch', 'jobs')
local own = r[2] == ARGV[3]
-- A caption that goes on needs its pixels.
if own and (r[1] ~= 'queued' or (r[4] and not r[5])) then return 0 end
drop_image(ARGV[3])
if not own then return 0 end
close()
redis.call('UNLINK', record, key('gone', id))
redis.call('ZREM', list_key(r[3]), id)
redis.call('ZREM', list_key(r[3], 'queued'), id)
if r[6] then redis.call('DEL', key('idempotency', r[6])) end
if r[7] then count(r[7], 'queued', nil, now_ms()) end
remove_job(r[8])
return 1
`);
