import { expect, it } from 'vitest';
import { hasSpecialAddress, refuseUrl } from './public-url.ts';

const RULES = { own: 'https://app.fairlead.io' };

it.each([
  ['http://hooks.acme.com/hook', 'must use https'],
  ['ftp://hooks.acme.com/', 'must use https'],
  ['nonsense', 'is not a URL'],
  ['https://user:pw@acme.com/', 'must not carry credentials'],
  ['https://127.0.0.1/hook', 'must name a host, not an address'],
  ['https://2130706433/hook', 'must name a host, not an address'],
  ['https://0x7f.1/hook', 'must name a host, not an address'],
  ['https://127.1/hook', 'must name a host, not an address'],
  ['https://[::1]/hook', 'must name a host, not an address'],
  ['https://[::ffff:10.0.0.1]/', 'must name a host, not an address'],
  ['https://localhost/hook', 'must name a public host'],
  ['https://db.internal/hook', 'must name a public host'],
  ['https://metadata.google.internal/', 'must name a public host'],
  ['https://api.cluster.local/', 'must name a public host'],
  ['https://router.home.arpa/', 'must name a public host'],
  ['https://wiki.corp/', 'must name a public host'],
  ['https://10.0.0.1.nip.io/', 'must name a public host'],
  ['https://127-0-0-1.sslip.io/', 'must name a public host'],
  ['https://x.localtest.me/', 'must name a public host'],
  ['https://acme.com./hook', 'must not end its host with a dot'],
  ['https://db.internal./hook', 'must not end its host with a dot'],
  ['https://acme.com%2e/hook', 'must not end its host with a dot'],
  ['https://acme.com:80/', 'must use port 443 or 8443'],
  ['https://acme.com:6379/', 'must use port 443 or 8443'],
  ['https://app.fairlead.io/v1/me', 'must not be the platform’s own'],
  ['https://APP.Fairlead.io/', 'must not be the platform’s own'],
  ['https://x.app.fairlead.io/', 'must not be the platform’s own'],
])('refuses %s', (url, why) => {
  expect(refuseUrl(url, RULES)).toBe(why);
});

it('takes a public https address, and loopback only where development allows it', () => {
  for (const url of [
    'https://hooks.acme.com/x?y=1',
    'https://hooks.acme.com:8443/',
    'https://fairlead.io/',
    'https://xn--bcher-kva.de/',
  ]) {
    expect(refuseUrl(url, RULES)).toBeNull();
  }
  const development = { own: 'http://localhost:8787', allowLoopback: true };
  expect(refuseUrl('http://127.0.0.1:9999/x', development)).toBeNull();
  expect(refuseUrl('http://10.0.0.1/x', development)).not.toBeNull();
  for (const host of ['localhost', '127.0.0.1']) {
    expect(refuseUrl(`http://${host}:8787/v1/me`, development)).toContain('the platform’s own');
  }
});

it('knows addresses that are not public, in every clothing', () => {
  const special = [
    '127.0.0.1',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    '::ffff:10.0.0.1',
    '::ffff:a00:1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    'fd00::1',
    'fe80::1',
    'ff02::1',
  ];
  for (const address of special) expect([address, hasSpecialAddress([address])]).toEqual([address, true]);
  expect(hasSpecialAddress(['93.184.216.34', '2606:2800:220:1::1', '172.32.0.1', '100.128.0.1'])).toBe(false);
  expect(hasSpecialAddress(['93.184.216.34', '10.0.0.1'])).toBe(true);
});
