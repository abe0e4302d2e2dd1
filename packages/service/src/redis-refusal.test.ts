import { expect, test } from 'vitest';
import { redisRefusal } from './redis-refusal.js';

// Replies of Redis 6.2 and 7 and of Valkey 8, and what ioredis makes of them.
test.each([
  ['DENIED', 'DENIED Redis is running in protected mode because protected mode is enabled and no password is set'],
  ['NOAUTH', 'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> …'],
  ['OOM', "OOM command not allowed when used memory > 'maxmemory'. script: 4530cf, on @user_script:1."],
  [
    'OOM',
    'ERR Error running script (call to f_45): @user_script:1: @user_script: 1: -OOM command not allowed when used',
  ],
  ['MISCONF', 'MISCONF Errors writing to the AOF file: No space left on device'],
  ['WRONGPASS', 'All sentinels are unreachable. Retrying from scratch after 200ms. Last error: WRONGPASS invalid'],
  ['SENTINELS', 'All sentinels are unreachable. Retrying from scratch after 800ms. Last error: Connection is closed.'],
  ['NOPERM', "ERR The user executing the script can't run this command or subcommand script: 9f, on @user_script:1."],
  ['MAXCLIENTS', 'ERR max number of clients reached'],
  ['CLUSTERDOWN', 'Too many Cluster redirections. Last error: ReplyError: CLUSTERDOWN Hash slot not served'],
  ['TRYAGAIN', 'TRYAGAIN Multiple keys request during rehashing of slot'],
  ['TRYAGAIN', 'ASK 9348 127.0.0.1:6379'],
])('%s is told by "%s"', (code, message) => {
  const refusal = redisRefusal(new Error(message))!;
  expect(refusal.code).toBe(code);
  expect(refusal.sentence).toMatch(new RegExp(`^[a-z].* \\(${code}\\); .+`));
});

test.each([
  'connect ECONNREFUSED 127.0.0.1:6379',
  'BUSYGROUP Consumer Group name already exists',
  'ERR unknown command',
  '',
])('"%s" is no refusal', (message) => expect(redisRefusal(new Error(message))).toBeUndefined());
