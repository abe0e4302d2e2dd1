import { createHash } from 'node:crypto';
import { taskNames, terminalStates } from '@blipq/contracts';
import type { RedisClient } from '../redis/redis.js';
import { outboxLua } from './outbox-script.js';

/** What a script runs on: `root` is the first part of every key of the queue, `id` the caption or batch it is about. */
export interface ScriptTarget {
  redis: RedisClient;
  root: string;
}

export type Script = (target: ScriptTarget, id: string, ...args: (string | number)[]) => Promise<unknown>;

/**
 * A Lua script over one caption or batch, with `lib` before it; sent in full only to a Redis that does not have it yet.
 * ARGV is root, id, and what the script says. It builds the names of its keys itself: they all share the hash tag in
 * `root`, and KEYS holds one of them, so that a cluster knows where to run it.
 */
export function script(body: string): Script {
  const lua = lib + body;
  const sha = createHash('sha1').update(lua).digest('hex');
  return async ({ redis, root }, id, ...args) => {
    const values = [`${root}:open`, root, id, ...args] as const;
    try {
      return await redis.evalsha(sha, 1, ...values);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return await redis.eval(lua, 1, ...values);
    }
  };
}

/** How long it is remembered that a caption existed, after its record is gone. */
export const tombstoneMs = 7 * 86_400_000;
/** Until a job should be in the queue, in milliseconds; then the reconciler looks whether it is. */
export const enqueueGraceMs = 10_000;
/** Captions of one tenant that can be listed, in all and per state: the newest. */
export const listedMax = 100_000;
/**
 * Turns are numbers, of which the lowest is next; they never begin anew. The first lies above all scores that BullMQ
 * gives by itself (its priority times 2^32, and a counter of 32 bits). The last is 2^53.
 */
const firstTurn = 2 ** 33;
/** What a caption of weight 1 adds to its tenant's next turn; any other its share of it. Divisible by most weights. */
const turnUnits = 10_000;
/** Weight of a tenant of whom nothing is said. */
export const weightDefault = 10;
/** Throughput is measured over this time, in buckets. */
const paceWindowMs = 60_000;
const paceBucketMs = 5000;
/** A Lua table: prefix of an id → what it is the id of. */
const objects = Object.values(taskNames)
  .map(({ idPrefix, object }) => `${idPrefix} = '${object}'`)
  .join(', ');

/**
 * What scripts have in common. Every change of a caption's state goes through `move`, every end through `finish`.
 *
 * A Redis at maxmemory refuses a script whose first write needs memory, and lets it pass once it has deleted something.
 * So scripts that take in work start with a write that needs some, and those that get work done start with a deletion.
 */
const lib = `
local terminal = { ${terminalStates.map((state) => `${state} = true`).join(', ')} }
local root, id = ARGV[1], ARGV[2]
local function key(kind, name) return root .. ':' .. kind .. ':' .. name end
local record, open, load, images, kept = key('record', id), root .. ':open', root .. ':load', root .. ':images', root .. ':kept'

local function now_ms()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function set(hash, from)
  local fields = {}
  for i = from, #ARGV do fields[#fields + 1] = ARGV[i] end
  if #fields > 0 then redis.call('HSET', hash, unpack(fields)) end
end

-- What is the caption's, in a name: answers and matches live beside captions and are listed apart.
local object = ({ ${objects} })[id:sub(1, 3)]

-- A key of the BullMQ queue that the job is in: each model has its own.
local function job_key(part, jobs)
  return root .. ':jobs:' .. (jobs or redis.call('HGET', record, 'jobs') or '') .. ':' .. part
end

-- One more version of the caption; whoever watches it reads it again.
local function announce(state)
  local version = redis.call('HINCRBY', record, 'version', 1)
  redis.call('PUBLISH', root .. ':states', id .. ' ' .. state .. ' ' .. version)
end

local function list_key(tenant, state)
  return key('list', id:sub(1, 3) .. ':' .. tenant .. (state and ':' .. state or ''))
end

-- Puts the caption on a list of its tenant's, which drops what is too old to exist and what is too much.
local function enlist(list, created, life, now)
  redis.call('ZADD', list, created, id)
  redis.call('ZREMRANGEBYSCORE', list, '-inf', now - life)
  redis.call('ZREMRANGEBYRANK', list, 0, ${-listedMax - 1})
  redis.call('PEXPIRE', list, math.ceil(life))
end

${outboxLua}
-- Ends a batch when its images are all in and its captions have all ended.
local function settle_batch(name, now)
  local batch = key('batch', name)
  local b = redis.call('HMGET', batch, 'items', 'queued', 'processing', 'finished_ms', 'retention_ms', 'idempotency')
  if not b[1] or b[4] or tonumber(b[2]) > 0 or tonumber(b[3]) > 0 then return end
  redis.call('HSET', batch, 'finished_ms', now, 'expires_ms', now + b[5])
  redis.call('PEXPIRE', batch, b[5])
  redis.call('PEXPIRE', key('gone', name), b[5] + ${tombstoneMs})
  if b[6] then redis.call('PEXPIRE', key('idempotency', b[6]), b[5]) end
  redis.call('PUBLISH', root .. ':states', name .. ' completed 0')
  post('batch.completed', name, batch, now)
end

-- Moves one caption of a batch from a count to another; either may be nil.
local function count(name, from, to, now)
  local batch = key('batch', name)
  if redis.call('EXISTS', batch) == 0 then return end
  if from then redis.call('HINCRBY', batch, from, -1) end
  if to then redis.call('HINCRBY', batch, to, 1) end
  settle_batch(name, now)
end

local function move(to, now)
  local r = redis.call('HMGET', record, 'state', 'tenant', 'created_ms', 'life_ms', 'batch')
  redis.call('HSET', record, 'state', to)
  if r[1] ~= to then
    redis.call('ZREM', list_key(r[2], r[1]), id)
    enlist(list_key(r[2], to), r[3], r[4], now)
    if r[5] then count(r[5], r[1], to, now) end
  end
  announce(to)
end

-- Start-time fair queueing over the captions of one model (docs/decisions/0008): 'now' is the turn of the caption that
-- began last, 'next:<tenant>' where the tenant's next one would be if it were alone.
local function turn_cost(weight) return math.floor(${turnUnits} / weight) end

local function take_turn(jobs, tenant, weight, life)
  local turns = key('turns', jobs)
  local t = redis.call('HMGET', turns, 'now', 'next:' .. tenant)
  local turn = math.max(tonumber(t[1] or ${firstTurn}), tonumber(t[2] or 0))
  redis.call('HSET', turns, 'next:' .. tenant, string.format('%.0f', turn + turn_cost(weight)))
  redis.call('PEXPIRE', turns, life)
  return string.format('%.0f', turn)
end

local function begin_turn(jobs, turn, life)
  local turns = key('turns', jobs)
  if tonumber(turn) <= tonumber(redis.call('HGET', turns, 'now') or 0) then return end
  redis.call('HSET', turns, 'now', turn)
  redis.call('PEXPIRE', turns, life)
end

-- A caption that ends without having begun was no turn.
local function return_turn(tenant, last)
  local r = redis.call('HMGET', record, 'jobs', 'weight', 'attempt')
  if not r[1] then return end
  local turns = key('turns', r[1])
  if last then redis.call('HDEL', turns, 'next:' .. tenant)
  elseif r[3] == '0' then redis.call('HINCRBY', turns, 'next:' .. tenant, -turn_cost(r[2])) end
end

-- The caption no longer counts against the bounds.
local function close()
  redis.call('ZREM', open, id)
  local owner = redis.call('HGET', root .. ':owners', id)
  if not owner then return end
  redis.call('HDEL', root .. ':owners', id)
  local last = redis.call('HINCRBY', load, 'tenant:' .. owner, -1) <= 0
  if last then redis.call('HDEL', load, 'tenant:' .. owner) end
  return_turn(owner, last)
end

-- Deletes pixels, once. Their name ends with their size.
local function drop_image(name)
  redis.call('UNLINK', key('pixels', name))
  redis.call('ZREM', kept, name)
  if redis.call('ZREM', images, name) == 1 then
    if redis.call('HINCRBY', load, 'bytes', -tonumber(name:match('%d+$'))) <= 0 then redis.call('HDEL', load, 'bytes') end
  end
end

-- Keeps the pixels of a caption that did not succeed, to be tried again, for as long as nobody needs the room.
local function keep_image(name, now, ms)
  if redis.call('PEXPIRE', key('pixels', name), ms) == 0 then return drop_image(name) end
  redis.call('ZADD', images, now + ms, name)
  redis.call('ZADD', kept, now, name)
end

-- The only writer of terminal states. What belongs to the state is set before.
local function finish(state, now)
  close()
  redis.call('HDEL', record, 'token', 'storing')
  local r = redis.call('HMGET', record, 'retention_ms', 'retry_ms', 'pixels', 'idempotency')
  redis.call('HSET', record, 'finished_ms', now, 'expires_ms', now + r[1])
  redis.call('PEXPIRE', record, r[1])
  redis.call('PEXPIRE', key('gone', id), r[1] + ${tombstoneMs})
  if r[4] then redis.call('PEXPIRE', key('idempotency', r[4]), r[1]) end
  if r[3] then
    if state == 'succeeded' or tonumber(r[2]) == 0 then drop_image(r[3]) else keep_image(r[3], now, r[2]) end
  end
  move(state, now)
  post(object .. '.' .. state, id, record, now)
end

-- Takes the job out of the BullMQ queue that the record's field 'jobs' names, unless a worker has it. Comes last in a script: should
-- BullMQ's keys not be what they were, our own are in order.
local function remove_job(jobs)
  if redis.call('EXISTS', job_key(id .. ':lock', jobs)) == 1 then return end
  if redis.call('ZREM', job_key('prioritized', jobs), id) + redis.call('ZREM', job_key('delayed', jobs), id) > 0 then
    redis.call('UNLINK', job_key(id, jobs))
  end
end

-- Captions that workers ended, by the time.
local function tick(now)
  local pace, bucket = root .. ':pace', math.floor(now / ${paceBucketMs})
  if redis.call('HINCRBY', pace, bucket, 1) > 1 then return end
  for _, old in ipairs(redis.call('HKEYS', pace)) do
    if tonumber(old) <= bucket - ${paceWindowMs / paceBucketMs} then redis.call('HDEL', pace, old) end
  end
  redis.call('PEXPIRE', pace, ${paceWindowMs})
end

local function per_second(now)
  local done, first = 0, now
  local buckets = redis.call('HGETALL', root .. ':pace')
  for i = 1, #buckets, 2 do
    local start = buckets[i] * ${paceBucketMs}
    if start > now - ${paceWindowMs} then
      done = done + buckets[i + 1]
      first = math.min(first, start)
    end
  end
  return done * 1000 / math.max(now - first, ${paceBucketMs})
end

local function retry_after(now)
  local rate = per_second(now)
  if rate == 0 then return 120 end
  return math.min(math.max(math.ceil(redis.call('ZCARD', open) / rate), 1), 120)
end
`;
