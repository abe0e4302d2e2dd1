import { describe, expect, test } from 'vitest';
import { createGuardedAgent } from './guarded-agent.js';

const agent = createGuardedAgent({ ports: [8443] });
const lax = createGuardedAgent({ allowHttp: true });

/** Everything below says "this machine", "the metadata service" or "a private network" in another way. */
const addresses = [
  ...['127.0.0.1', '127.0.0.1.', '127.1', '127.0.1', '2130706433', '0x7f000001', '0x7f.1', '0X7F.0.0.1', '0177.0.0.1'],
  ...[
    '017700000001',
    '0',
    '0.0.0.0',
    '00.0x0.0',
    '%31%32%37.0.0.1',
    '127%2e0.0.1',
    '127。0。0。1',
    '１２７.0.0.1',
    '①②⑦.0.0.1',
  ],
  ...['169.254.169.254', '2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '169.254.43518', '0xA9.0xFE.0xA9.0xFE'],
  ...['10.0.0.1', '167772161', '192.168.1.1', '0xc0a80101', '3232235777', '172.16.0.1', '100.64.0.1', '198.18.0.1'],
  ...['[::]', '[::1]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[fe80::1]'],
  ...[
    '[fd00:ec2::254]',
    '[64:ff9b::169.254.169.254]',
    '[2002:7f00:1::]',
    '[2001:0:7f00:1::]',
    '[ff02::1]',
    '[FE80::A]',
  ],
];

const malformed = [
  ...['', ' ', '/image.jpg', 'image.jpg', 'example.com', '//example.com/a', 'https://', 'https:///', 'https://:443'],
  ...['https://256.0.0.1', 'https://1.2.3.4.5', 'https://127.0.0.08', 'https://4294967296', 'https://0x100000000'],
  ...['https://[::1', 'https://[::1%25lo]', 'https://[fe80::1%eth0]', 'https://[:::1]', 'https://[127.0.0.1]'],
  ...['https://a b/', 'https://a%00b/', 'https://exa<mple/', 'https://xn--a/', 'https://h:99999', 'https://h:-1'],
];

const schemes = [
  ...['http://example.com', 'HTTP://example.com', 'gopher://example.com/_GET', 'file:///etc/passwd', 'file://h/x'],
  ...['data:image/png;base64,AAAA', 'ftp://example.com', 'javascript:alert(1)', 'blob:https://example.com/1'],
  ...['ws://example.com', 'wss://example.com', 'unix:/run/docker.sock', 'dict://example.com:11211', 'about:blank'],
  ...['jar:https://example.com!/a', 'ldap://example.com', 'tftp://example.com', 'https+unix://%2Frun%2Fx.sock/'],
];

const credentials = ['https://user@example.com', 'https://user:pass@example.com', 'https://:pass@example.com'];
const confusing = ['https://example.com@127.0.0.1', 'https://example.com:443@169.254.169.254', 'https://a%40b@c.d'];
const ports = [0, 1, 22, 25, 2375, 3000, 6379, 8080, 8444, 65535].map((port) => `https://example.com:${port}/`);

describe('URLs refused before anything is resolved', () => {
  test.each([
    ...addresses.map((host) => `https://${host}/`),
    ...[
      'https:\\\\127.0.0.1\\',
      'https:127.0.0.1',
      'https:/127.0.0.1',
      ' https://127.0.0.1\n',
      'ht\ntps://12\t7.0.0.1',
    ],
    ...malformed,
    ...schemes,
    ...credentials,
    ...confusing,
    ...ports,
    `https://example.com/${'a'.repeat(8_192)}`,
  ])('%j', (url) => {
    expect(() => agent.checkUrl(url)).toThrow(expect.objectContaining({ code: 'url_blocked' }));
  });

  test.each(addresses)('http://%s/, where http is allowed', (host) => {
    expect(() => lax.checkUrl(`http://${host}/`)).toThrow(expect.objectContaining({ code: 'url_blocked' }));
  });
});

test.each([
  ['https://example.com', 'https://example.com/'],
  ['HTTPS://EXAMPLE.com:443/A?b#c', 'https://example.com/A?b#c'],
  ['https://example.com:80/', 'https://example.com:80/'],
  ['https://example.com:8443/', 'https://example.com:8443/'],
  ['https://example.com./', 'https://example.com./'],
  ['https://bücher.example/ü', 'https://xn--bcher-kva.example/%C3%BC'],
  ['https://@example.com/', 'https://example.com/'],
  ['https://8.8.8.8/', 'https://8.8.8.8/'],
  ['https://0x08080808/', 'https://8.8.8.8/'],
  ['https://[2606:4700:4700::1111]/', 'https://[2606:4700:4700::1111]/'],
  ['https://127.0.0.1.example.com/', 'https://127.0.0.1.example.com/'],
])('%s passes as %s', (url, href) => expect(agent.checkUrl(url).href).toBe(href));

test('http passes where it is allowed, other schemes do not', () => {
  expect(lax.checkUrl('http://example.com/').href).toBe('http://example.com/');
  for (const url of schemes.slice(2)) expect(() => lax.checkUrl(url), url).toThrow('Only https and http');
});
