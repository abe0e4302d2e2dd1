import { enqueueGraceMs, script } from '../lua/script.js';

/** How long a worker that takes a lock anew has it, until it is renewed or not needed any more. */
const relockMs = 5000;

/**
 * Whether a worker has the lock of its job. One whose lock ran out and that comes all the same was cut off or suspended:
 * its caption did not kill it. While nobody has been at the job since, it takes the lock anew. Otherwise, if BullMQ
 * counted the stall (`stc`), and perhaps ordered the job to be failed for too many (`defa`), that is taken back.
 * `undone`: nobody has begun the caption since.
 */
const holds = `
local function holds(token, undone)
  local job = job_key(id)
  local holder = redis.call('GET', job .. ':lock')
  if holder == token then return true end
  if undone and not holder and redis.call('LPOS', job_key('active'), id) then
    redis.call('UNLINK', job .. ':lock')
    redis.call('SET', job .. ':lock', token, 'PX', ${relockMs})
    return true
  end
  if tonumber(redis.call('HGET', job, 'stc') or 0) > 0 then
    redis.call('HDEL', job, 'defa')
    redis.call('HINCRBY', job, 'stc', -1)
  end
  return false
end
`;

/**
 * A worker starts on a caption. Sending it again (after a lost reply) does not count another attempt. A caption that
 * was canceled meanwhile, or whose deadline passed before anybody started it, ends here.
 * ARGV token, name of the BullMQ queue that the job is in. Returns 'gone', 'terminal', 'passed_on' (the caption is another
 * model's by now), 'stale' or the record's fields.
 */
export const beginRecord = script(`${holds}
local r = redis.call('HMGET', record, 'state', 'token', 'cancel', 'deadline_ms', 'attempt', 'jobs', 'turn', 'life_ms')
if not r[1] then
  close()
  return 'gone'
end
if terminal[r[1]] then return 'terminal' end
if r[6] ~= ARGV[4] then return 'passed_on' end
if not holds(ARGV[3], true) then return 'stale' end
if r[2] ~= ARGV[3] then
  local now = now_ms()
  redis.call('HDEL', record, 'started_ms', 'storing')
  local late = r[4] and tonumber(r[4]) < now and r[5] == '0'
  if r[3] or late then
    finish(r[3] and 'canceled' or 'expired', now)
    return 'terminal'
  end
  redis.call('HINCRBY', record, 'attempt', 1)
  redis.call('HSET', record, 'token', ARGV[3], 'started_ms', now)
  move('processing', now)
  begin_turn(r[6], r[7], r[8])
end
return redis.call('HGETALL', record)
`);

/** Who may change a record: the holder of the job's lock, or (no token) the reconciler, if nobody holds it. */
const fence = `${holds}
local state = redis.call('HGET', record, 'state')
if not state then return 'gone' end
if terminal[state] then return 'terminal' end
if ARGV[3] == '' then
  if redis.call('EXISTS', job_key(id .. ':lock')) == 1 then return 'stale' end
elseif not holds(ARGV[3], redis.call('HGET', record, 'token') == ARGV[3]) then
  return 'stale'
end
`;

/**
 * What was made is stored and the caption goes on to the queue of the model that is to match it, at a turn there. Its job
 * is added by whoever called, or else by the reconciler.
 */
const passOn = `
local function pass_on(to, revision, asked, now)
  set(record, 6)
  if revision ~= asked then redis.call('HDEL', record, 'reuse') end
  local r = redis.call('HMGET', record, 'tenant', 'weight', 'life_ms', 'created_ms', 'started_ms')
  redis.call('HDEL', record, 'next_jobs')
  redis.call('HSET', record, 'revision', revision, 'jobs', to, 'turn', take_turn(to, r[1], r[2], r[3]),
    'waited_ms', r[5] - r[4], 'queued_ms', now)
  redis.call('SADD', root .. ':jobs:names', to)
  redis.call('ZADD', open, now + ${enqueueGraceMs}, id)
  move('queued', now)
end
`;

/**
 * Ends a caption with what a worker, or the reconciler, makes of it. A caption that was canceled before ends as
 * canceled whatever that is.
 * ARGV token, state, revision of the model that made it or '', field, value, …
 * Returns 'written', 'passed_on', 'canceled', 'gone', 'terminal' or 'stale'.
 */
export const finishRecord = script(`${fence}${passOn}
local now = now_ms()
redis.call('HDEL', record, 'token')
local r = redis.call('HMGET', record, 'cancel', 'revision', 'reuse', 'reuse_ms', 'next_jobs')
if ARGV[4] == 'succeeded' and r[5] and not r[1] then
  pass_on(r[5], ARGV[5], r[2], now)
  return 'passed_on'
end
close()
if ARGV[3] ~= '' then tick(now) end
if r[1] then
  finish('canceled', now)
  return ARGV[4] == 'canceled' and 'written' or 'canceled'
end
set(record, 6)
if ARGV[5] ~= '' then redis.call('HSET', record, 'revision', ARGV[5]) end
if ARGV[4] == 'succeeded' and r[3] and ARGV[5] == r[2] then
  redis.call('SET', key('result', r[3]), redis.call('HGET', record, 'result'), 'PX', r[4])
end
finish(ARGV[4], now)
return 'written'
`);

/** Within this time a caption that is attempted again should have been taken, in milliseconds. */
const retryGraceMs = 5000;

/**
 * Puts a caption back to queued, to be attempted again.
 * ARGV token. Returns 'written', 'gone', 'terminal' (also when it was to be canceled, and now is) or 'stale'.
 */
export const requeueRecord = script(`${fence}
local now = now_ms()
redis.call('HDEL', record, 'token', 'storing')
if redis.call('HGET', record, 'cancel') then
  finish('canceled', now)
  return 'terminal'
end
move('queued', now)
redis.call('ZADD', open, 'XX', 'LT', now + ${retryGraceMs}, id)
return 'written'
`);

/** Ends a caption that nobody has started by its deadline. Returns 1 when it did. */
export const expireRecord = script(`
local r = redis.call('HMGET', record, 'state', 'deadline_ms', 'attempt')
local now = now_ms()
if r[1] ~= 'queued' or r[3] ~= '0' or not r[2] or tonumber(r[2]) >= now then return 0 end
if redis.call('EXISTS', job_key(id .. ':lock')) == 1 then return 0 end
finish('expired', now)
remove_job()
return 1
`);

/** ARGV count. Returns the ids that are due for a look, oldest first. */
export const dueRecords = script(`
return redis.call('ZRANGEBYSCORE', open, '-inf', now_ms(), 'LIMIT', 0, ARGV[3])
`);

/**
 * The caption has its job: puts off the next look at it, not beyond its deadline, and lets a request be replayed whose
 * gateway died before it said so. Forgets one without a record. ARGV after_ms.
 */
export const deferRecord = script(`
if redis.call('EXISTS', record) == 0 then
  return close()
end
local now = now_ms()
redis.call('HDEL', record, 'storing')
local look = now + ARGV[3]
local r = redis.call('HMGET', record, 'deadline_ms', 'attempt')
if r[1] and r[2] == '0' then look = math.min(look, math.max(tonumber(r[1]), now + 1000)) end
return redis.call('ZADD', open, 'XX', look, id)
`);

/** The record is gone: nothing of it counts any more. */
export const forgetRecord = script(`close()`);
