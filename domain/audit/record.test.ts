import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from './canonical.ts';
import { AUDIT_STATE_MAX_BYTES, boundedState, changed, isSecretName, withoutSecrets } from './record.ts';

const SECRETS = [
  'secret',
  'secretHash',
  'secret_hash',
  'previousSecret',
  'clientSecrets',
  'passwordHash',
  'passwordhash',
  'newPassword',
  'token',
  'tokenHash',
  'refreshToken',
  'sealed',
  'sealedSecret',
  'SEALING_KEY',
  'OPERATOR_SECRET',
  'pepper',
  'ticket',
  'authorization',
  'cookie',
  'privateKey',
  'recoveryCodes',
  'hash',
  'totp',
];
const FACTS = [
  'secretRotatedAt',
  'tokenId',
  'pepperId',
  'previousUntil',
  'tokenType',
  'name',
  'status',
  'footprintKg',
  'jwks',
];

describe('secrets', () => {
  it('are known by their names, and facts about them are none', () => {
    expect(SECRETS.filter((name) => !isSecretName(name))).toEqual([]);
    expect(FACTS.filter(isSecretName)).toEqual([]);
  });

  it('are left out at any depth', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SECRETS),
        fc.array(fc.constantFrom('a', 'b', 'list'), { maxLength: 5 }),
        (name, way) => {
          const state = way.reduce<object>((inner, step) => (step === 'list' ? { list: [inner] } : { [step]: inner }), {
            [name]: 'hunter2hunter2',
            kept: 1,
          });
          const text = JSON.stringify(withoutSecrets(state));
          expect(text).not.toContain('hunter2');
          expect(text).toContain('"kept":1');
        },
      ),
    );
  });

  it('are left out of keys: of a private JSON Web Key its public part stays', () => {
    const pair = { kty: 'EC', crv: 'P-256', x: 'X', y: 'Y', d: 'PRIVATE', kid: 'k' };
    const rsa = { kty: 'RSA', n: 'N', e: 'AQAB', d: 'D', p: 'P', q: 'Q', dp: 'DP', dq: 'DQ', qi: 'QI', oth: [] };
    expect(withoutSecrets({ jwks: { keys: [pair, rsa, { kty: 'oct', k: 'K' }] }, d: 'no key' })).toEqual({
      jwks: {
        keys: [
          { kty: 'EC', crv: 'P-256', x: 'X', y: 'Y', kid: 'k' },
          { kty: 'RSA', n: 'N', e: 'AQAB' },
          { kty: 'oct' },
        ],
      },
      d: 'no key',
    });
  });

  it('are left out by their look under any name', () => {
    const state = {
      value: `fls_${'a'.repeat(43)}`,
      other: `whsec_${'b'.repeat(43)}=`,
      jwt: 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln',
      url: 'https://fairlead.example/set-password?token=abc',
      list: ['fine', `fls_${'a'.repeat(43)}`],
      endpoint: 'https://example.com/hook?tenant=1',
    };
    expect(withoutSecrets(state)).toEqual({ list: ['fine'], endpoint: 'https://example.com/hook?tenant=1' });
  });
});

describe('what differs', () => {
  it('is kept, member by member, and nothing else', () => {
    const before = { id: 'cli_1', name: 'a', scopes: ['x', 'y'], limits: { a: 1, b: 2 }, old: 1 };
    const after = { id: 'cli_1', name: 'b', scopes: ['x', 'y'], limits: { b: 2, a: 1 }, fresh: null };
    expect(changed<object>(before, after)).toEqual({
      before: { name: 'a', old: 1 },
      after: { name: 'b', fresh: null },
    });
  });

  it('is nothing between equal states, and never a secret', () => {
    expect(changed({ secret: 'a', name: 'n' }, { secret: 'b', name: 'n' })).toEqual({ before: {}, after: {} });
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (state) => {
        expect(changed(state, structuredClone(state))).toEqual({ before: {}, after: {} });
      }),
    );
  });
});

describe('a bounded state', () => {
  const bytes = (state: JsonObject): number => new TextEncoder().encode(JSON.stringify(state)).byteLength;

  it('stays as it is within the bound', () => {
    expect(boundedState({ name: 'x' })).toEqual({ name: 'x' });
  });

  it('keeps what fits, and says what it lacks', () => {
    const state = { first: 1, large: 'ü'.repeat(5_000), last: [2] };
    expect(boundedState(state)).toEqual({
      first: 1,
      last: [2],
      leftOut: { bytes: bytes(state), count: 1, members: ['large'] },
    });
  });

  it('keeps its note short, however long the names are that it lacks', () => {
    const names = Array.from({ length: 30 }, (_, i) => `${i}${'n'.repeat(5_000)}`);
    const { leftOut } = boundedState(Object.fromEntries(names.map((name) => [name, 'x'.repeat(5_000)])));
    expect(leftOut).toMatchObject({ count: 30, members: names.slice(0, 10).map((name) => name.slice(0, 40)) });
  });

  it('is never larger than the bound, whatever its members are called', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string({ maxLength: 3_000 }),
          fc.string({ minLength: 500, maxLength: 9_000, unit: 'binary' }),
          {
            minKeys: 1,
            maxKeys: 20,
          },
        ),
        (state) => {
          expect(bytes(boundedState(state))).toBeLessThanOrEqual(AUDIT_STATE_MAX_BYTES);
        },
      ),
      // Shrinking texts of this size takes minutes and shows nothing.
      { endOnFailure: true },
    );
  });
});
