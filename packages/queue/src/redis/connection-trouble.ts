import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { parseRedisUrl, type RedisNode } from '@blipq/contracts';

const patienceMs = 700;

/**
 * Why there is no connection to the first of an address's servers, sentinels or nodes. ioredis keeps that to itself of
 * sentinels and nodes. Undefined where they can be connected to, or nothing is heard.
 */
export async function connectionTrouble(redisUrl: string): Promise<Error | undefined> {
  const [node] = parseRedisUrl(redisUrl)?.nodes ?? [];
  if (node === undefined) return undefined;
  return redisUrl.startsWith('rediss') ? await tlsTrouble(node) : await plainTrouble(node);
}

/** A server that lets nobody in says so unasked and hangs up; others are silent, and we hang up. */
async function plainTrouble(node: RedisNode): Promise<Error | undefined> {
  const socket = connect(node).setEncoding('utf8');
  const ending = setTimeout(() => socket.end(), patienceMs / 2);
  let said = '';
  socket.on('data', (text) => {
    said += text;
  });
  const trouble = await failure(socket, 'end');
  clearTimeout(ending);
  return said.startsWith('-') ? new Error(said.slice(1).trim()) : trouble;
}

async function tlsTrouble(node: RedisNode): Promise<Error | undefined> {
  const socket = connectTls({ ...node, ...(isIP(node.host) === 0 && { servername: node.host }) });
  let connected = false;
  socket.once('connect', () => {
    connected = true;
  });
  const trouble = await failure(socket, 'secureConnect');
  const isMute = connected && !socket.authorized && trouble === undefined;
  return isMute ? new Error(`${node.host}:${node.port} answers no TLS; is it for redis…:// without an s?`) : trouble;
}

/** What `socket` fails of before `event`; undefined where it does not, or takes too long. */
async function failure(socket: Socket, event: string): Promise<Error | undefined> {
  // TLS may have a second error, which would end the process.
  socket.on('error', () => undefined);
  try {
    await once(socket, event, { signal: AbortSignal.timeout(patienceMs) });
    return undefined;
  } catch (error) {
    return (error as Error).name === 'AbortError' ? undefined : (error as Error);
  } finally {
    socket.destroy();
  }
}
