import { script, tombstoneMs } from '../lua/script.js';

/**
 * Cancels for its owner. Queued, or in nobody's hands: ends at once. Running: flagged for good, and its worker is told.
 * ARGV tenant. Returns 'not_found', or 'canceled', 'canceling' or 'terminal' and the record.
 */
export const cancelRecord = script(`
local r = redis.call('HMGET', record, 'state', 'tenant', 'cancel')
if r[2] ~= ARGV[3] then return { 'not_found' } end
local outcome = 'canceling'
if terminal[r[1]] then
  outcome = r[1] == 'canceled' and 'canceled' or 'terminal'
elseif r[1] == 'queued' or redis.call('EXISTS', job_key(id .. ':lock')) == 0 then
  outcome = 'canceled'
  close()
  finish('canceled', now_ms())
  remove_job()
else
  if not r[3] then
    redis.call('HSET', record, 'cancel', 1)
    announce(r[1])
  end
  redis.call('PUBLISH', root .. ':cancels', id)
end
return { outcome, redis.call('HGETALL', record) }
`);

/**
 * Deletes a caption for its owner, in any state: record, image, idempotency entry. A running one is aborted.
 * ARGV tenant. Returns 1, or 0 when there is none.
 */
export const deleteRecord = script(`
local r = redis.call('HMGET', record, 'state', 'tenant', 'pixels', 'idempotency')
if r[2] ~= ARGV[3] then return 0 end
close()
if not terminal[r[1]] then
  move('canceled', now_ms())
  redis.call('PUBLISH', root .. ':cancels', id)
end
local state, jobs = unpack(redis.call('HMGET', record, 'state', 'jobs'))
if r[3] then drop_image(r[3]) end
if r[4] then redis.call('DEL', key('idempotency', r[4])) end
redis.call('ZREM', list_key(r[2]), id)
redis.call('ZREM', list_key(r[2], state), id)
redis.call('UNLINK', record)
redis.call('SET', key('gone', id), r[2], 'PX', ${tombstoneMs})
redis.call('PUBLISH', root .. ':states', id .. ' deleted 0')
remove_job(jobs)
return 1
`);

/**
 * A page of a list, newest first, from behind (created_ms, id) on. Entries whose record has expired are dropped.
 * ARGV list, created_ms or +inf, id or '', limit. Returns the time and id to go on behind or '', then ids and records.
 */
export const listRecords = script(`
local list, from, behind, limit = key('list', ARGV[3]), ARGV[4], ARGV[5], tonumber(ARGV[6])
local page, dead, at, examined, last = {}, {}, '', 0, nil
while examined < 5000 and at == '' do
  local entries = redis.call('ZREVRANGEBYSCORE', list, from, '-inf', 'WITHSCORES', 'LIMIT', examined, 100)
  if #entries == 0 then break end
  for i = 1, #entries, 2 do
    local name, score = entries[i], entries[i + 1]
    examined = examined + 1
    if score ~= from or behind == '' or name < behind then
      if #page == 2 * limit then
        at = last
        break
      end
      last = score .. ' ' .. name
      local fields = redis.call('HGETALL', key('record', name))
      if #fields == 0 then
        dead[#dead + 1] = name
      else
        page[#page + 1] = name
        page[#page + 1] = fields
      end
    end
  end
end
if at == '' and examined >= 5000 then at = last or '' end
for _, name in ipairs(dead) do redis.call('ZREM', list, name) end
return { at, unpack(page) }
`);

/** Returns open captions, bytes of their pixels, captions per 1000 s, seconds until the backlog is done. */
export const readLoad = script(`
local now = now_ms()
local bytes = tonumber(redis.call('HGET', load, 'bytes') or 0)
return { redis.call('ZCARD', open), bytes, math.floor(per_second(now) * 1000), retry_after(now) }
`);
