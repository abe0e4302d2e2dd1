import { refusalOf } from '@blipq/service';

/** What there is to say about a server, as the rest of a sentence that begins with "Redis". */
export interface RedisFitness {
  /** Why it must not be trusted with captions. */
  unfit?: string;
  /** What its operator should know. */
  warning?: string;
  /** The first word with which Redis refuses what it refuses because of that. */
  code?: string;
  /** Whether it writes to its disk; undefined where it does not tell. */
  persists: boolean | undefined;
  /** Changes with every start of the server. */
  runId: string;
}

const forgets =
  'keeps nothing on its disk (appendonly no, and no save points that it tells of): what was acknowledged is lost when ' +
  'it ends; set appendonly to yes';

/** The first with COPY, by which images are taken over into another try. */
const oldest = [6, 2] as const;

/**
 * Judges a server by its own word.
 *
 * @param info reply to INFO; fields that a service leaves out are not held against it
 * @param save value of its setting `save`, undefined where it does not tell
 */
export function judgeRedis(info: string, save: string | undefined): RedisFitness {
  const facts = new Map(info.split(/\r?\n/).map((line) => line.split(':', 2) as [string, string]));
  const aof = facts.get('aof_enabled');
  const persists = aof === '1' || (save !== undefined && save !== '') || (aof === undefined ? undefined : false);
  const unfit = complaint(facts);
  return {
    ...(unfit !== undefined && { unfit }),
    ...(facts.get('role') === 'slave' && { code: 'READONLY' }),
    ...(isFull(facts) ? fullMemory : persists === false && { warning: forgets }),
    persists,
    runId: facts.get('run_id') ?? '',
  };
}

/** Work that was accepted is made all the same, so this is no reason not to use it. */
const { code, sentence } = refusalOf('OOM');
const fullMemory = { code, warning: sentence };

function isFull(facts: Map<string, string>): boolean {
  const max = Number(facts.get('maxmemory') ?? 0);
  return max > 0 && Number(facts.get('used_memory')) >= max;
}

function complaint(facts: Map<string, string>): string | undefined {
  const version = facts.get('redis_version');
  if (version !== undefined && isOld(version)) return `is ${version}; BlipQ needs ${oldest.join('.')} or later`;
  if (facts.get('role') === 'slave') {
    return 'is a replica (role slave), where nothing can be written; REDIS_URL has to lead to the primary';
  }
  const policy = facts.get('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    return `drops captions when its memory is full (maxmemory-policy ${policy}); set maxmemory-policy to noeviction`;
  }
  const written = facts.get('aof_last_write_status');
  if (facts.get('aof_enabled') === '1' && written !== undefined && written !== 'ok') {
    return `cannot write its append-only file (aof_last_write_status ${written}); look at its log and its disk`;
  }
  return undefined;
}

function isOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
}
