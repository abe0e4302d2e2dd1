import type { JobsOptions, Queue } from 'bullmq';
import type { RedisClient } from '../redis/redis-client.js';

/** Why BullMQ failed a job whose workers fell silent. */
export const stalledTooOften = 'job stalled more than allowable limit';

/** Commands of BullMQ that write nothing, by the beginnings of their names. */
const readOnly = /^(get|is|paginate)/;

/** Connections whose commands are adapted already. */
const adapted = new WeakSet<RedisClient>();

/**
 * All that TypeScript knows of what BullMQ keeps to itself; bullmq.lua is the same for scripts. BullMQ's version is pinned
 * to the digit, and bullmq.test.ts fails when another one keeps it otherwise.
 */
export const bullmq = {
  /**
   * Makes a connection fit to be given to a queue or a worker of BullMQ: its scripts are changed on their way to Redis.
   *
   * - A Redis at `maxmemory` refuses a script whose first write needs memory and lets it pass once it has deleted
   *   something. BullMQ's scripts that write therefore begin with a deletion, so that whatever was accepted is made,
   *   whoever has filled Redis. Work is refused before it comes here.
   * - A job of `addAtTurn` gets its turn in the script that adds it, which fails when no record of the work has that turn:
   *   a Redis that lost its last moments may have lost it, and nobody may be told that the work was accepted.
   * - The look for stalled jobs, and the locks of jobs, have times to live by Redis's clock. When that went back they have
   *   longer, and are cut to what they were given. `lockMs`: how long a worker's locks last.
   */
  connection<Client extends RedisClient>(redis: Client, lockMs?: number): Client {
    if (adapted.has(redis)) return redis;
    adapted.add(redis);
    const define = redis.defineCommand.bind(redis);
    redis.defineCommand = (name, { lua, ...definition }) =>
      define(name, { ...definition, lua: adapt(name, lua, lockMs) });
    return redis;
  },

  /**
   * Adds a job at a turn, on a queue whose connection is from `connection`. Its id makes that idempotent: adding it again
   * while it exists changes nothing.
   *
   * BullMQ's priorities have 21 bits, which turns that are never begun anew would use up. So a job gets the same priority
   * as all others and then, in the same script, the turn as its score in the set that BullMQ takes the lowest of.
   */
  async addAtTurn<Data extends object, Name extends string>(
    queue: Queue<Data & { turn: string }, void, Name>,
    { name, data, id, options, turn }: { name: Name; data: Data; id: string; options: JobsOptions; turn: string },
  ): Promise<void> {
    type Add = (name: string, data: Data & { turn: string }, options: JobsOptions) => Promise<unknown>;
    await (queue.add as unknown as Add).call(queue, name, { ...data, turn }, { ...options, jobId: id });
  },
};

/** The Lua of BullMQ's command `<name>:<version>` as it is sent to Redis. */
function adapt(name: string, lua: string, lockMs = 0): string {
  if (readOnly.test(name)) return lua;
  const deletion = "redis.call('UNLINK', KEYS[1] .. ':nothing')\n";
  if (name.startsWith('moveStalledJobsToWait:')) return deletion + cutTimes(lockMs) + lua;
  if (!name.startsWith('addPrioritizedJob:')) return deletion + lua;
  // KEYS[4] is the sorted set of prioritized jobs and ARGV[2] the job's data; the script returns the job's id.
  return `${deletion}local function add()
${lua}
end
local data = cjson.decode(ARGV[2])
local record = data.turn and data.id and string.match(KEYS[4], '^(.*):jobs:') .. ':record:' .. data.id
if record and redis.call('HGET', record, 'turn') ~= data.turn then
  return redis.error_reply('LOST the record of this job')
end
local id = add()
if data.turn and type(id) == 'string' then redis.call('ZADD', KEYS[4], 'XX', data.turn, id) end
return id
`;
}

/**
 * KEYS[3] is the list of active jobs, KEYS[4] exists until the next look for stalled ones, for ARGV[4] milliseconds, and
 * ARGV[2] is the beginning of the keys of jobs.
 */
const cutTimes = (lockMs: number): string => `
if redis.call('PTTL', KEYS[4]) > tonumber(ARGV[4]) then redis.call('UNLINK', KEYS[4]) end
if redis.call('EXISTS', KEYS[4]) == 0 then
  for _, id in ipairs(redis.call('LRANGE', KEYS[3], 0, -1)) do
    local lock = ARGV[2] .. id .. ':lock'
    if redis.call('PTTL', lock) > ${lockMs} then redis.call('PEXPIRE', lock, ${lockMs}) end
  end
end
`;
