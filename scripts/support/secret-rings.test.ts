import { expect, it } from 'vitest';
import { open, parseRing, seal } from '../../platform/secrets.ts';
import { rotateRing, rotateSecrets } from './secret-rings.ts';
import { makeSecrets } from './secrets.ts';

it('adds a fresh current secret and keeps the two before it', () => {
  let ring = 'first';
  for (const fresh of ['second', 'third', 'fourth']) ring = rotateRing(ring, fresh);
  expect(parseRing(ring)).toEqual({ current: '4', secrets: { 2: 'second', 3: 'third', 4: 'fourth' } });
});

it('rotates a file: what was sealed before still opens, new things are sealed with the new key', async () => {
  const secrets = makeSecrets({ issuer: 'https://x.example', loopbackWebhooks: false });
  const before = secrets.tracking.SEALING_KEY!;
  const sealed = await seal(before, 'x', 'text');
  expect(rotateSecrets(secrets, 'sealing-keys').map(([worker]) => worker)).toEqual([
    'identity',
    'tracking',
    'notifications',
  ]);
  const after = secrets.tracking.SEALING_KEY!;
  expect(await open(after, 'x', sealed)).toBe('text');
  expect(await seal(after, 'x', 'text')).toMatch(/^2\./);
  expect(parseRing(after).secrets['1']).toBe(before);
});
