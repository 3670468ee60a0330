import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addressGroup, addressMatcher, isCidr } from './addresses.ts';

it.each(['203.0.113.7', '203.0.113.0/24', '2001:db8::/32', '::1', '0.0.0.0/0'])('takes %s', (text) => {
  expect(isCidr(text)).toBe(true);
});

it.each([
  '',
  '203.0.113',
  '0x7f.1',
  '203.0.113.0/33',
  '203.0.113.7/',
  'example.com',
  '::1/129',
  '1.2.3.4/24/8',
  '::ffff:203.0.113.0/120',
])('refuses %s', (text) => {
  expect(isCidr(text)).toBe(false);
});

it('matches by prefix, and IPv4 in IPv6 clothes as IPv4', () => {
  const inside = addressMatcher(['203.0.113.0/24', '2001:db8::/32', '192.0.2.1']);
  for (const address of ['203.0.113.255', '2001:db8:ffff::1', '192.0.2.1', '::ffff:203.0.113.9'])
    expect([address, inside(address)]).toEqual([address, true]);
  for (const address of ['203.0.114.0', '2001:db9::1', '192.0.2.2', 'local', '', '203.0.113.1 '])
    expect([address, inside(address)]).toEqual([address, false]);
});

it('groups IPv6 by its /64, so that a whole network is one sender', () => {
  expect(addressGroup('2001:db8:1:2:3:4:5:6')).toBe(addressGroup('2001:db8:1:2::1'));
  expect(addressGroup('2001:db8:1:3::1')).not.toBe(addressGroup('2001:db8:1:2::1'));
  expect(addressGroup('::ffff:203.0.113.9')).toBe('203.0.113.9');
  expect(addressGroup('local')).toBe('local');
});

it('agrees with counting bits', () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const ipv4 = fc.tuple(octet, octet, octet, octet);
  const bitsOf = (parts: number[]): string => parts.map((part) => part.toString(2).padStart(8, '0')).join('');
  fc.assert(
    fc.property(ipv4, ipv4, fc.integer({ min: 0, max: 32 }), (range, address, bits) => {
      const same = bitsOf(range).slice(0, bits) === bitsOf(address).slice(0, bits);
      expect(addressMatcher([`${range.join('.')}/${bits}`])(address.join('.'))).toBe(same);
    }),
  );
});
