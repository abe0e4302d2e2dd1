/**
 * A shell script that becomes a Redis or Valkey server in the folder of its data: `sh -c <script> <program> <arguments>`.
 *
 * A crash can break off a transaction, such as a script's writes, at the end of the append-only file. Redis 7.0 and Valkey
 * 8.0 leave its beginning there and write behind it, so that the start after the next does half of it, or loses what came
 * after (mended by valkey-io/valkey#4342). Their own checker takes it away before that. It is left alone when
 * something else is wrong with the file: the server says what, and a person decides.
 *
 * docker-compose.yml and the chart begin Valkey with the same script.
 */
export const redisStart = `check="\${0%-server}-check-aof"
for aof in appendonlydir/appendonly.aof.manifest appendonly.aof; do
  [ ! -f $aof ] || said=$("$check" $aof 2>&1 </dev/null) && continue
  case $said in *'Reached EOF'* | *'Expected to read'* | *'got: 0000'* | *'got: 0d00'*) echo y | "$check" --fix $aof ;; esac
done
exec "$0" "$@"
`;
