/** Why Redis refuses something for as long as nobody changes it, or only for now. */
export interface RedisRefusal {
  /** The first word of Redis's reply. */
  code: string;
  /** What that means and what to do, as the rest of a sentence that begins with "Redis". */
  sentence: string;
}

const url = 'REDIS_URL, redis://<user>:<password>@<host>';

/** What to say by the first word of a reply: what Redis does, and then what its operator does about it. */
const meanings: Record<string, [does: string, advice: string]> = {
  DENIED: [
    'refuses connections from other machines',
    `protected mode is on: set a password (requirepass) and put it into ${url}`,
  ],
  NOAUTH: ['asks for a password', `put it into ${url}`],
  WRONGPASS: [
    'refuses the user name or the password',
    `correct them in ${url}, percent-encoded; those of sentinels are sentinelUsername and sentinelPassword`,
  ],
  NOPERM: [
    'does not let this user do what BlipQ needs',
    'give the user all commands, and the keys and channels of BLIPQ_NAMESPACE: ACL SETUSER <user> on +@all ~blipq:* &blipq:*',
  ],
  OOM: [
    'has used all of its maxmemory',
    'no new work is taken, and what was accepted is made: raise maxmemory, or remove what else is in this Redis',
  ],
  MISCONF: ['takes no writes because it cannot write to its disk', 'look at its log, its disk and its permissions'],
  LOADING: ['is loading its data from its disk', 'wait: BlipQ goes on by itself when that is done'],
  READONLY: [
    'is a replica, where nothing can be written',
    'REDIS_URL has to lead to the primary; after a failover BlipQ finds it by itself',
  ],
  MASTERDOWN: ['is a replica without its primary', 'REDIS_URL has to lead to the primary'],
  NOREPLICAS: [
    'takes no writes because too few replicas follow it',
    'bring them back, or lower its min-replicas-to-write',
  ],
  BUSY: ['is kept busy by a script that is not of BlipQ', 'end it with SCRIPT KILL'],
  CLUSTERDOWN: [
    'is a cluster that lacks nodes, or has nobody who serves the slot of the queue',
    'bring them back, or give the slot to a node: CLUSTER NODES lists both',
  ],
  TRYAGAIN: [
    'is a cluster that moves the slot of the queue to another node',
    'wait: BlipQ goes on by itself when that is done; a move that was broken off is ended by redis-cli --cluster fix',
  ],
  MAXCLIENTS: ['has no connections left', 'raise its maxclients, or end clients: CLIENT LIST lists them'],
  SENTINELS: ['cannot be found: none of its sentinels answers', 'start them, or correct REDIS_URL'],
};

/** Refusals that do not begin with a word of their own, and what ioredis says in place of its sentinels. */
const others: [RegExp, string][] = [
  [/user executing the script can't/, 'NOPERM'],
  [/max number of clients reached/, 'MAXCLIENTS'],
  [/^ASK \d/, 'TRYAGAIN'],
  [/^All sentinels are unreachable/, 'SENTINELS'],
];

// Before Redis 7 the reply of a command inside a script comes after a colon and a minus.
const word = new RegExp(`(?:^|[-:] ?)(${Object.keys(meanings).join('|')})\\b`);

/** The meaning of what Redis replied, where that is a refusal. Errors of other kinds have none. */
export function redisRefusal({ message }: Error): RedisRefusal | undefined {
  const code = word.exec(message)?.[1] ?? others.find(([pattern]) => pattern.test(message))?.[1];
  return code === undefined ? undefined : refusalOf(code);
}

/** The same by the first word alone. */
export function refusalOf(code: string): RedisRefusal {
  const [does, advice] = meanings[code]!;
  return { code, sentence: `${does} (${code}); ${advice}` };
}
