import { RunError } from './run-error.js';

/** What the environment says about servers. */
export interface ServerEnvironment {
  BLIPQ_URL?: string | undefined;
  BLIPQ_API_KEY?: string | undefined;
}

/** The options as commander reads them. */
export interface ServerValues {
  server?: string;
  apiKey?: string;
}

/** Flags and description of each option. */
export const serverOption = ['--server <url>', 'a BlipQ server; else BLIPQ_URL, else http://localhost:3000'] as const;
export const apiKeyOption = [
  '--api-key <key>',
  'its API key; better set BLIPQ_API_KEY, which other users do not see',
] as const;

/**
 * The server that is meant, and the key for it. A blank variable is none.
 *
 * @throws RunError with exit code 2 for what no request can be made with. It does not show the key.
 */
export function serverOf({ server, apiKey }: ServerValues, env: ServerEnvironment) {
  const address = server ?? (env.BLIPQ_URL?.trim() || 'http://localhost:3000');
  const key = (apiKey ?? env.BLIPQ_API_KEY)?.trim() || undefined;
  const trouble = addressTrouble(address);
  if (trouble) throw new RunError(`${server === undefined ? 'BLIPQ_URL' : '--server'} ${trouble}`, 2);
  if (key !== undefined && /[^\t -~\x80-\xff]/.test(key)) {
    const place = apiKey === undefined ? 'BLIPQ_API_KEY' : '--api-key';
    throw new RunError(
      `${place} has a line break or another character that no request can carry; copy the key anew`,
      2,
    );
  }
  return { server: address, apiKey: key };
}

/** What is wrong with a server's address, without the password that it may have. */
function addressTrouble(address: string): string | undefined {
  const { protocol, username, password } = URL.canParse(address) ? new URL(address) : {};
  if (username || password) return 'takes an address without a user and password; --api-key takes a key';
  if (/^https?:$/.test(protocol ?? '') && /^https?:\/\//i.test(address)) return undefined;
  const shown = JSON.stringify(address);
  if (/^[\w.-]+(:\d+)?(\/|$)/.test(address))
    return `is ${shown}, without http:// or https://; it takes http://${address}`;
  return `is ${shown}; it takes an address such as https://blipq.example.com`;
}
