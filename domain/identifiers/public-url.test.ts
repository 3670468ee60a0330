import { expect, it } from 'vitest';
import { refuseUrl } from './public-url.ts';

it.each([
  'http://example.com/hook',
  'https://127.0.0.1/hook',
  'https://2130706433/hook',
  'https://0x7f.1/hook',
  'https://[::1]/hook',
  'https://localhost/hook',
  'https://db.internal/hook',
  'https://db.internal./hook',
  'https://user:pw@example.com/',
  'ftp://example.com/',
  'nonsense',
])('refuses %s', (url) => {
  expect(refuseUrl(url)).not.toBeNull();
});

it('takes a public https address, and loopback only where development allows it', () => {
  expect(refuseUrl('https://hooks.example.com:8443/x?y=1')).toBeNull();
  expect(refuseUrl('http://127.0.0.1:9999/x', true)).toBeNull();
  expect(refuseUrl('http://10.0.0.1/x', true)).not.toBeNull();
});
