import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { open, parseRing, seal } from '../../platform/secrets.ts';
import { writeSecretFile } from './files.ts';
import { neededOf, pruneSecrets, type Report } from './resealing.ts';
import { currentSecret, earlierIds, neededForTokens, pruneRing, rotateRing, rotateSecrets } from './secret-rings.ts';
import { makeSecrets } from './secrets.ts';

const NOW = Date.parse('2026-12-01T00:00:00Z');
const secretsOf = () => makeSecrets({ issuer: 'https://x.example', loopbackWebhooks: false });
const nothing = () => null;

describe('a ring', () => {
  it('takes a fresh current secret, and keeps the one before and whatever is needed', () => {
    let ring = 'first';
    for (const fresh of ['second', 'third', 'fourth']) {
      ring = rotateRing(ring, (id) => (id === '1' ? '2 connection secrets' : null), fresh, NOW);
    }
    expect(parseRing(ring)).toMatchObject({ current: '4', secrets: { 1: 'first', 3: 'third', 4: 'fourth' } });
    expect(currentSecret(ring)).toBe('fourth');
    expect(earlierIds(ring)).toEqual(['1', '3']);
  });

  it('keeps everything when nobody knows what is needed', () => {
    let ring = 'first';
    for (let i = 0; i < 8; i++) ring = rotateRing(ring);
    expect(Object.values(parseRing(ring).secrets)).toHaveLength(9);
    // More is not a ring any more: what would be left behind is named.
    expect(() => rotateRing(ring, (id) => (id === '1' ? '3 passwords' : 'one thing'))).toThrow(/1: 3 passwords/);
    expect(Object.values(parseRing(rotateRing(ring, nothing)).secrets)).toHaveLength(2);
  });

  it('is pruned of what nothing needs, never of the current one', () => {
    const ring = rotateRing(rotateRing('first'));
    expect(earlierIds(pruneRing(ring, (id) => (id === '2' ? 'needed' : null)))).toEqual(['2']);
    expect(parseRing(pruneRing(ring, nothing)).secrets).toEqual({ 3: currentSecret(ring) });
    expect(pruneRing(ring, () => 'needed')).toBe(ring);
  });

  it('of token keys keeps a key for as long as what was made under it may live', () => {
    const ring = rotateRing('first', nothing, 'second', NOW);
    const day = 86_400_000;
    expect(neededForTokens(ring, NOW + 13 * day)('1')).toContain('2026-12-15');
    expect(neededForTokens(ring, NOW + 15 * day)('1')).toBeNull();
  });
});

describe('a file', () => {
  it('rotates: what was sealed before still opens, new things are sealed with the new key', async () => {
    const secrets = secretsOf();
    const before = secrets.tracking.SEALING_KEY!;
    const sealed = await seal(before, 'x', 'text');
    const rotated = rotateSecrets(secrets, 'sealing-keys').map(([worker]) => worker);
    expect(rotated).toEqual(['identity', 'tracking', 'notifications']);
    const after = secrets.tracking.SEALING_KEY!;
    expect(await open(after, 'x', sealed)).toBe('text');
    expect(await seal(after, 'x', 'text')).toMatch(/^2\./);
    expect(parseRing(after).secrets['1']).toBe(before);
  });

  it('rotates all of its rings or none', () => {
    const secrets = secretsOf();
    for (let i = 0; i < 8; i++) rotateSecrets(secrets, 'sealing-keys');
    const before = structuredClone(secrets);
    expect(() =>
      rotateSecrets(secrets, 'sealing-keys', (worker) => (worker === 'notifications' ? () => 'x' : nothing)),
    ).toThrow('still needed');
    expect(secrets).toEqual(before);
  });

  it('drops keys by what the platform says of them, and none while it runs with other ones', () => {
    const secrets = secretsOf();
    rotateSecrets(secrets, 'sealing-keys');
    const found = (currentKey: string, count: number, currentPepper = '1'): NonNullable<Report['identity']> => ({
      currentKey,
      currentPepper,
      resealed: 0,
      remaining: count > 0 ? [{ ring: 'sealing-keys', what: 'second factors', keyId: '1', count }] : [],
    });
    expect(pruneSecrets(secrets, { identity: found('1', 0), tracking: found('1', 0) })).toBe(false);
    expect(pruneSecrets(secrets, { identity: found('2', 3), tracking: found('2', 0) })).toBe(true);
    expect(earlierIds(secrets.identity.SEALING_KEY!)).toEqual(['1']);
    expect(earlierIds(secrets.tracking.SEALING_KEY!)).toEqual([]);
    // Nothing was heard of notifications.
    expect(earlierIds(secrets.notifications.SEALING_KEY!)).toEqual(['1']);
    expect(neededOf({ identity: found('2', 3) }, 'identity', 'sealing-keys', '2')('1')).toBe('3 second factors');
    // The pepper that a platform still runs with is never an earlier one to it, and yet it is what passwords need.
    const needed = (running: string) => neededOf({ identity: found('2', 0, running) }, 'identity', 'pepper', '2')('1');
    expect([needed('1'), needed('2')]).toEqual([expect.stringContaining('present keys'), null]);
  });

  it('is written whole or not at all, for its owner alone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-files-'));
    try {
      const file = join(folder, 'secrets.json');
      writeSecretFile(file, 'one');
      writeSecretFile(file, 'two');
      expect(readFileSync(file, 'utf8')).toBe('two');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(readdirSync(folder)).toEqual(['secrets.json']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
