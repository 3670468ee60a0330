import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Grant, GrantCheck } from '../../contracts/identity/access.ts';
import type { ActedBy } from '../../contracts/kit/actor.ts';
import { RENEWAL_LEEWAY_MS } from '../../platform/limits.ts';
import { Sql } from '../kit/sql.ts';
import { storageOn } from '../testing/sqlite.ts';
import { Endings } from './endings.ts';
import { openTables, type Tables } from './tables.ts';

const NOW = 1_800_000_000_000;
const grant: Grant = {
  userId: 'usr_a',
  securityVersion: 1,
  roles: ['viewer'],
  clientId: 'fairlead-console',
  scopes: null,
  methods: ['pwd'],
};
const asked = (now: number, more: Partial<GrantCheck> = {}): GrantCheck => ({
  clientId: 'fairlead-console',
  keyThumbprint: null,
  proof: null,
  address: '203.0.113.7',
  userAgent: null,
  correlationId: 'c',
  callerCorrelationId: null,
  now,
  ...more,
});

let tables: Tables;
let endings: Endings;
let told: number;
let recorded: string[];

const by: ActedBy = {
  kind: 'user',
  tenantId: 'ten_a',
  subject: 'usr_admin',
  sessionId: null,
  address: null,
  correlationId: 'c',
  callerCorrelationId: null,
};

const endingsOf = (of: Tables): Endings =>
  new Endings({
    organisationId: 'ten_a',
    tables: of,
    now: () => NOW,
    record: (notes) => recorded.push(...notes.map(({ record }) => `${record.action} ${record.object.id}`)),
    onEnded: () => told++,
  });

beforeEach(() => {
  tables = openTables(new Sql(storageOn(new DatabaseSync(':memory:'))));
  told = 0;
  recorded = [];
  endings = endingsOf(tables);
});

const begin = (hash: string, userId = 'usr_a'): string =>
  tables.sessions.begin({ ...grant, userId }, asked(NOW), hash).sessionId;

/** Renews as the object does, with h1's successor h2 and so on: answers the successor, `ended` or `refused`. */
function renew(hash: string, check: GrantCheck, useProof = () => true): string {
  const newHash = `h${Number(hash.slice(1)) + 1}`;
  const { granted, ended } = tables.sessions.rotate({ oldHash: hash, newHash, check, useProof });
  if (ended) endings.session(ended.sessionId, { by, action: 'session.reused' });
  return ended ? 'ended' : granted ? newHash : 'refused';
}

describe('a renewal that is asked again', () => {
  it('answers the same successor within the leeway', () => {
    begin('h1');
    expect(renew('h1', asked(NOW))).toBe('h2');
    expect(renew('h1', asked(NOW + RENEWAL_LEEWAY_MS))).toBe('h2');
    expect(renew('h2', asked(NOW + RENEWAL_LEEWAY_MS + 1))).toBe('h3');
  });

  it('ends the session after the leeway, and once the successor was used', () => {
    const session = begin('h1');
    renew('h1', asked(NOW));
    expect(renew('h1', asked(NOW + RENEWAL_LEEWAY_MS + 1))).toBe('ended');
    expect(tables.sessions.isAlive(session, NOW)).toBe(false);
    begin('h11');
    renew('h11', asked(NOW));
    renew('h12', asked(NOW));
    expect(renew('h11', asked(NOW + 1))).toBe('ended');
    expect(renew('h13', asked(NOW + 1))).toBe('refused');
  });

  it('ends the session when another client or key asks', () => {
    for (const other of [{ clientId: 'another' }, { keyThumbprint: 'key' }]) {
      begin('h1');
      renew('h1', asked(NOW));
      expect(renew('h1', asked(NOW, other))).toBe('ended');
      expect(renew('h2', asked(NOW))).toBe('refused');
    }
  });

  it('needs a proof of its own', () => {
    begin('h1');
    renew('h1', asked(NOW));
    expect(renew('h1', asked(NOW), () => false)).toBe('refused');
    expect(renew('h2', asked(NOW))).toBe('h3');
  });
});

it('a refresh token names its session also when it was spent, so that whoever signs out by it ends it', () => {
  const session = begin('h1');
  renew('h1', asked(NOW));
  expect(tables.sessions.ofRefresh('h1', NOW)).toBeNull();
  expect(['h1', 'h2', 'h3'].map((hash) => tables.sessions.ofFamily(hash)?.sessionId)).toEqual([
    session,
    session,
    undefined,
  ]);
});

it('whatever is renewed in whichever order, there is one live token at most, and reuse of an old one ends the session', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(5), fc.nat(RENEWAL_LEEWAY_MS)), { maxLength: 30 }), (steps) => {
      tables = openTables(new Sql(storageOn(new DatabaseSync(':memory:'))));
      endings = endingsOf(tables);
      const session = begin('h1');
      let now = NOW;
      let newest = 1;
      let spentAt = NOW;
      for (const [back, pass] of steps) {
        now += pass;
        const presented = Math.max(1, newest - back);
        const alive = tables.sessions.isAlive(session, now);
        const outcome = renew(`h${presented}`, asked(now));
        const again = presented === newest - 1 && now - spentAt <= RENEWAL_LEEWAY_MS;
        const expected = !alive ? 'refused' : presented === newest || again ? `h${presented + 1}` : 'ended';
        expect(outcome).toBe(expected);
        if (outcome === `h${newest + 1}`) [newest, spentAt] = [newest + 1, now];
      }
    }),
  );
});

describe('proofs', () => {
  it('are used up only with a token or code that is known', () => {
    let used = 0;
    const useProof = () => ++used > 0;
    renew('h404', asked(NOW), useProof);
    tables.codes.redeem('c404', { ...asked(NOW), redirectUri: 'r', codeChallenge: 'c' }, useProof);
    expect(used).toBe(0);
  });
});

describe('what ends', () => {
  const changed = { kind: 'principal_changed' as const, by, enabled: true, keepSessionId: null };

  it('with a person: sessions, codes and sign-ins under way, but for the session that is kept', () => {
    const [kept, other, foreign] = [begin('h1'), begin('h11'), begin('h21', 'usr_b')];
    const code = { ...grant, redirectUri: 'r', codeChallenge: 'c', keyThumbprint: null };
    tables.codes.store('code', code, NOW + 60_000);
    tables.factors.storePending('p', { userId: 'usr_a', securityVersion: 1, request: {} as never }, NOW + 60_000);
    endings.principal({ ...changed, principal: 'usr_a', securityVersion: 2, keepSessionId: kept });
    expect([kept, other, foreign].map((id) => tables.sessions.isAlive(id, NOW))).toEqual([true, false, true]);
    expect(tables.sessions.ofRefresh('h1', NOW)).toMatchObject({ securityVersion: 2 });
    expect(tables.factors.tryPending('p', NOW)).toBeNull();
    const check = { ...asked(NOW), redirectUri: 'r', codeChallenge: 'c' };
    expect(tables.codes.redeem('code', check, () => true).grant).toBeNull();
    expect(told).toBe(1);
    expect(recorded).toEqual([`session.ended ${other}`]);
  });

  it('with a machine client: every token of before, and its sockets', () => {
    endings.principal({ ...changed, principal: 'cli_a', securityVersion: 2 });
    expect(tables.principals.refusal('cli_a', 1)).toBe('client_changed');
    expect(tables.principals.refusal('cli_a', 2)).toBeNull();
    endings.principal({ ...changed, principal: 'cli_a', securityVersion: 3, enabled: false });
    expect(tables.principals.refusal('cli_a', 3)).toBe('client_disabled');
    expect(told).toBe(2);
  });

  it('ends once, and an older change undoes no later one', () => {
    endings.principal({ ...changed, principal: 'cli_a', securityVersion: 3, enabled: false });
    endings.principal({ ...changed, principal: 'cli_a', securityVersion: 3, enabled: false });
    endings.principal({ ...changed, principal: 'cli_a', securityVersion: 2 });
    expect(tables.principals.refusal('cli_a', 9)).toBe('client_disabled');
    expect(told).toBe(1);
  });
});
