import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
/** A network: its address and prefix length. */
export type Network = readonly [Address, number];

/** Azure answers its machines on this public address: DNS, DHCP and the agent that hands out certificates. */
const azurePlatform = ipaddr.parse('168.63.129.16');
/** The only block from which global unicast IPv6 has ever been given out (IANA, RFC 4291 §2.4). */
const globalUnicast = networkOf('2000::/3');
/** Mapped, translated, NAT64 (RFC 6052 §2): the last 32 bits are the IPv4 address that is really reached. */
const ipv4InDisguise = ['::ffff:0:0/96', '::ffff:0:0:0/96', '64:ff9b::/96'].map(networkOf);

/**
 * Reads the networks that an operator lets through, in CIDR notation or as single addresses.
 *
 * @throws Error naming the one that is neither
 */
export function parseNetworks(networks: readonly string[]): Network[] {
  return networks.map(networkOf);
}

/**
 * Whether a connection to an IP address may be made: it is a public unicast address, or in one of the operator's
 * networks. Everything else is refused, IPv6 addresses that carry an IPv4 address among it, whatever that one is:
 * mapped, compatible, NAT64, 6to4, Teredo, ISATAP.
 *
 * An operator's network opens no way around: IPv4 networks do not match the same addresses written as IPv6, and a
 * mapped, translated or NAT64 address in an IPv6 network passes only if the IPv4 address inside passes too.
 *
 * @param address as a resolver or the URL parser spells it; other spellings and zone ids are refused
 */
export function isConnectable(address: string, allow: readonly Network[] = []): boolean {
  if (isIP(address) === 0 || address.includes('%')) return false;
  const parsed = ipaddr.parse(address);
  if (!allow.some((network) => contains(network, parsed))) return isPublic(parsed);
  if (!ipv4InDisguise.some((network) => contains(network, parsed))) return true;
  return isConnectable(parsed.toByteArray().slice(12).join('.'), allow);
}

/** ipaddr.js knows IANA's special-purpose registries and calls the rest unicast. */
function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  if (address instanceof ipaddr.IPv4) return address.toString() !== azurePlatform.toString();
  return contains(globalUnicast, address) && !isIsatap(address);
}

/** ISATAP (RFC 5214 §6.1) marks the interface id of any prefix: `0000:5efe`, then the IPv4 address. */
function isIsatap({ parts }: ipaddr.IPv6): boolean {
  const [upper = 0, lower] = parts.slice(4);
  const withoutUniversalAndGroupBits = upper & 0xfcff;
  return withoutUniversalAndGroupBits === 0 && lower === 0x5efe;
}

function contains([network, prefixLength]: Network, address: Address): boolean {
  return network.kind() === address.kind() && address.match(network, prefixLength);
}

function networkOf(text: string): Network {
  const [address = '', prefixLength, ...rest] = text.split('/');
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  const length = prefixLength ?? String(bits);
  if (bits === 0 || address.includes('%') || rest.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > bits)
    throw new Error(`${JSON.stringify(text)} is neither an IP address nor a network such as 10.1.0.0/16 or fd00::/8`);
  return [ipaddr.parse(address), Number(length)];
}
