import { describe, expect, test } from 'vitest';
import { isConnectable, parseNetworks } from './address-guard.js';

/** First and last address of each blocked range, and what is special inside. */
const blocked = {
  'this network': ['0.0.0.0', '0.0.0.1', '0.255.255.255'],
  private: ['10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.0', '192.168.255.255'],
  'carrier-grade NAT': ['100.64.0.0', '100.100.100.200', '100.127.255.255'],
  loopback: ['127.0.0.0', '127.0.0.1', '127.0.0.53', '127.255.255.255'],
  'link-local and cloud metadata': ['169.254.0.0', '169.254.169.254', '169.254.170.2', '169.254.255.255'],
  'cloud platforms elsewhere': ['168.63.129.16', '192.0.0.192', 'fd00:ec2::254', 'fd20:ce::254'],
  'IETF protocols': ['192.0.0.0', '192.0.0.8', '192.0.0.255'],
  documentation: ['192.0.2.0', '192.0.2.255', '198.51.100.0', '198.51.100.255', '203.0.113.0', '203.0.113.255'],
  '6to4 relays': ['192.88.99.0', '192.88.99.255'],
  benchmarking: ['198.18.0.0', '198.19.255.255'],
  multicast: ['224.0.0.0', '224.0.0.251', '239.255.255.255'],
  reserved: ['240.0.0.0', '255.255.255.254'],
  broadcast: ['255.255.255.255'],
  'AS112 and AMT': ['192.31.196.1', '192.52.193.1', '192.175.48.1'],
  'IPv6 unspecified and loopback': ['::', '::1', '0:0:0:0:0:0:0:1'],
  'IPv6 link-local': ['fe80::', 'fe80::1', 'febf:ffff::1'],
  'IPv6 site-local': ['fec0::', 'feff:ffff::1'],
  'IPv6 unique local': ['fc00::', 'fc00::1', 'fdff:ffff::1'],
  'IPv6 multicast': ['ff00::', 'ff02::1', 'ff0e::1'],
  'IPv6 discard': ['100::', '100::ffff'],
  'IPv6 documentation': ['2001:db8::', '2001:db8:ffff::1', '3fff::', '3fff:fff::1'],
  'IPv6 special purposes': ['2001:2::1', '2001:3::1', '2001:4:112::1', '2001:10::1', '2001:20::1', '2001:30::1'],
  'IPv6 segment routing': ['5f00::1'],
  'IPv6 outside global unicast': ['200::1', '400::1', '1fff:ffff::1', '4000::1', '8000::1', 'e000::1', 'f000::1'],
  mapped: ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:169.254.169.254', '::ffff:10.0.0.1', '::ffff:8.8.8.8'],
  'IPv4-translated': ['::ffff:0:127.0.0.1', '::ffff:0:8.8.8.8'],
  compatible: ['::127.0.0.1', '::7f00:1', '::10.0.0.1', '::8.8.8.8'],
  NAT64: ['64:ff9b::127.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b::8.8.8.8', '64:ff9b:1::10.0.0.1', '64:ff9b:1:ffff::1'],
  '6to4': ['2002:7f00:1::', '2002:a9fe:a9fe::1', '2002:a00:1::1', '2002:808:808::1'],
  Teredo: ['2001::', '2001:0:7f00:1::', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  ISATAP: ['2600:1::5efe:127.0.0.1', '2600:1::200:5efe:10.0.0.1', '2600:1::100:5efe:8.8.8.8', '2600::300:5efe:a00:1'],
  'not an address as resolvers spell it': [
    ...['', ' ', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '8.8.8.8 ', '8.8.8.8.', '08.8.8.8', '8.8.8'],
    ...['8.8.8.256', '[2606:4700::1111]', '2606:4700::1111%eth0', 'fe80::1%lo', '::1%0', 'localhost', '1.1.1.1/32'],
  ],
};

const open = [
  ...['1.0.0.0', '1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'],
  ...['128.0.0.0', '169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '192.0.1.0', '192.0.3.0'],
  ...['192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0', '198.51.99.255', '198.51.101.0'],
  ...['203.0.112.255', '203.0.114.0', '223.255.255.255', '168.63.129.15', '168.63.129.17'],
  ...['2000::1', '2001:200::1', '2001:4860:4860::8888', '2001:db7:ffff::1', '2001:db9::1', '2003::1'],
  ...['2606:4700:4700::1111', '2a00:1450:4001:82a::200e', '2600:1::5eff:1:1', '2600:1::400:5efe:1', '3ffe:ffff::1'],
];

describe.each(Object.entries(blocked))('%s', (_range, addresses) => {
  test.each(addresses)('%j is blocked', (address) => expect(isConnectable(address)).toBe(false));
});

test.each(open)('%s is public', (address) => expect(isConnectable(address)).toBe(true));

describe("an operator's networks", () => {
  const allow = parseNetworks(['10.1.0.0/16', '127.0.0.1', 'fd00:1::/32', '::1']);

  test.each(['10.1.0.0', '10.1.255.255', '127.0.0.1', 'fd00:1::9', 'fd00:1:ffff::9', '::1', '1.1.1.1'])(
    '%s passes',
    (address) => expect(isConnectable(address, allow)).toBe(true),
  );

  test.each([
    ...['10.0.255.255', '10.2.0.0', '127.0.0.2', 'fd00:2::9', '::2', '::ffff:127.0.0.1', '::127.0.0.1'],
    ...['64:ff9b::10.1.0.1', '2002:a01:1::1', '10.1.0.1%eth0', 'fd00:1::9%eth0', '10.1'],
  ])('%s is blocked still', (address) => expect(isConnectable(address, allow)).toBe(false));

  test('NAT64 lets through what its IPv4 address would be let through as', () => {
    const nat64 = parseNetworks(['64:ff9b::/96', '10.1.0.0/16']);
    expect(isConnectable('64:ff9b::8.8.8.8', nat64)).toBe(true);
    expect(isConnectable('64:ff9b::10.1.0.1', nat64)).toBe(true);
    expect(isConnectable('64:ff9b::10.2.0.1', nat64)).toBe(false);
  });

  test.each(['64:ff9b::169.254.169.254', '::ffff:127.0.0.1', '::ffff:0:10.0.0.1'])(
    '%s is blocked though all of IPv6 passes',
    (address) => expect(isConnectable(address, parseNetworks(['::/0']))).toBe(false),
  );

  test.each([
    ...['', 'localhost', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/', '10.0.0.0/8/8', '10/8', '127.1', '::/129'],
    ...['fe80::1%eth0/64', '10.0.0.0/8 ', '10.0.0.0/255.0.0.0', '1.2.3.4/0x8', 'example.com/8'],
  ])('%j is no network', (text) => expect(() => parseNetworks([text])).toThrow(JSON.stringify(text)));
});
