import { lookup, Resolver } from 'node:dns/promises';

/**
 * All addresses of a host name, in the order in which they are to be tried. Rejects, or answers an empty list, if
 * there are none. Whoever asks stops waiting when the signal aborts.
 */
export type Resolve = (hostname: string, signal: AbortSignal) => Promise<readonly string[]>;

/**
 * Asks the DNS servers of the machine, not its hosts file or search domains. It takes no thread of libuv's pool, so
 * a name server that never answers holds up nothing else.
 */
export const resolveByDns: Resolve = async (hostname, signal) => {
  if (/^(?:.*\.)?localhost\.?$/i.test(hostname)) return ['127.0.0.1', '::1']; // RFC 6761 §6.3, not a matter of DNS
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  signal.addEventListener('abort', () => resolver.cancel(), { once: true });
  // IPv4 first: containers often have IPv6 addresses and no way out with them.
  const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const [failure] = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
  if (addresses.length === 0 && failure !== undefined) throw failure;
  return addresses;
};

/** Asks the operating system as `curl` does: hosts file, search domains and all. One of libuv's threads waits. */
export const resolveBySystem: Resolve = async (hostname) => {
  const answers = await lookup(hostname, { all: true, order: 'verbatim' });
  return answers.map(({ address }) => address);
};
