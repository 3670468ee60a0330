import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newBearerSecret, organisationOfSecret, type Purpose, successorOf } from './bearer-secrets.ts';
import { randomToken } from './ids.ts';

const TENANT = 'ten_01kb2h5m8q3v6x9y2z4a7c0d5e';
const ring = (current: string, ...ids: string[]): string =>
  JSON.stringify({ current, secrets: Object.fromEntries(ids.map((id) => [id, `key number ${id} of this test`])) });

describe('secrets that carry a check', () => {
  it('name their organisation to whoever has the key', async () => {
    const secret = await newBearerSecret('the key', 'code', TENANT);
    expect(await organisationOfSecret('the key', 'code', secret)).toBe(TENANT);
    expect(await organisationOfSecret('another key', 'code', secret)).toBeNull();
  });

  it('are nothing for another purpose', async () => {
    const purposes: Purpose[] = ['code', 'refresh', 'pending', 'link', 'ticket'];
    for (const made of purposes) {
      const secret = await newBearerSecret('the key', made, TENANT);
      for (const asked of purposes) {
        expect(await organisationOfSecret('the key', asked, secret)).toBe(made === asked ? TENANT : null);
      }
    }
  });

  it('are refused when a single character differs, and when they are made up', async () => {
    const secret = await newBearerSecret('the key', 'refresh', TENANT);
    await fc.assert(
      fc.asyncProperty(fc.nat(secret.length - 1), fc.constantFrom(...'abcxyzABCXYZ0189_-.'), async (at, letter) => {
        fc.pre(secret[at] !== letter);
        const changed = secret.slice(0, at) + letter + secret.slice(at + 1);
        expect(await organisationOfSecret('the key', 'refresh', changed)).toBeNull();
      }),
    );
    for (const text of [
      undefined,
      '',
      TENANT,
      `${TENANT}.${randomToken()}`,
      `${TENANT}.${randomToken()}.1.${'A'.repeat(22)}`,
    ]) {
      expect(await organisationOfSecret('the key', 'refresh', text)).toBeNull();
    }
  });

  it('stay good through a rotation, until their key leaves the ring', async () => {
    const secret = await newBearerSecret(ring('1', '1'), 'link', TENANT);
    expect(await organisationOfSecret(ring('2', '1', '2'), 'link', secret)).toBe(TENANT);
    expect(await organisationOfSecret(ring('2', '2'), 'link', secret)).toBeNull();
  });

  it('have one successor each, which is a good secret itself', async () => {
    const first = await newBearerSecret('the key', 'refresh', TENANT);
    const second = await successorOf('the key', TENANT, first);
    expect(await successorOf('the key', TENANT, first)).toBe(second);
    expect(await organisationOfSecret('the key', 'refresh', second)).toBe(TENANT);
    expect(await successorOf('the key', TENANT, second)).not.toBe(second);
    expect(await successorOf('another key', TENANT, first)).not.toBe(second);
  });
});
