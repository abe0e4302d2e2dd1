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

/** The server that is meant, and the key for it. A blank variable is none. */
export function serverOf({ server, apiKey }: ServerValues, env: ServerEnvironment) {
  return {
    server: server ?? (env.BLIPQ_URL || 'http://localhost:3000'),
    apiKey: apiKey ?? (env.BLIPQ_API_KEY || undefined),
  };
}
