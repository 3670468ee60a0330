import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PolicyCheck, PolicyVerdict } from '../../../contracts/identity/access.ts';
import { POLICY_LEASE_UNITS } from '../../../platform/limits.ts';
import type { Env } from '../env.ts';
import { askPolicy } from './leases.ts';
import type { TokenIdentity } from './tokens.ts';

const status = { limit: 100, remaining: 60, resetSeconds: 30 };
const yes = (units: number): PolicyVerdict => ({
  ok: true,
  units,
  window: 7,
  quotas: { subject: status, tenant: status },
  corsOrigins: [],
  features: { live: true, outbound_webhooks: true, sea_routes: true },
});

let calls: PolicyCheck[];
let verdict: (call: PolicyCheck) => PolicyVerdict;
let next = 0;

/** A policy object that answers as the test says. */
const env = {
  LOG_LEVEL: 'silent',
  TENANT_POLICY: {
    idFromName: (name: string) => name,
    get: () => ({
      check: async (call: PolicyCheck) => {
        calls.push(call);
        return verdict(call);
      },
    }),
  },
} as unknown as Env;

const someone = (): TokenIdentity => ({
  tenantId: 'ten_x',
  subject: 'usr_x',
  kind: 'user',
  roles: ['viewer'],
  scopes: null,
  sessionId: 'ses_x',
  securityVersion: 1,
  tokenId: `tok_${next++}`,
  keyThumbprint: null,
});
const ask = (identity: TokenIdentity, more: { strict?: boolean; address?: string } = {}) =>
  askPolicy(env, { identity, address: '192.0.2.1', strict: false, proof: null, exclusive: null, ...more });

beforeEach(() => {
  vi.useFakeTimers();
  calls = [];
  verdict = (call) => yes(call.units);
});
afterEach(() => vi.useRealTimers());

describe('reads', () => {
  it('go by a yes for less than a second, counted from when it was asked for', async () => {
    const identity = someone();
    await ask(identity);
    vi.advanceTimersByTime(999);
    await ask(identity);
    expect(calls).toHaveLength(1);
    vi.advanceTimersByTime(1);
    await ask(identity);
    expect(calls).toHaveLength(2);
  });

  it('spend the units of the yes, say what is left, and give back what they did not use', async () => {
    const identity = someone();
    const first = await ask(identity);
    expect(first).toMatchObject({ quotas: { subject: { remaining: 60 + POLICY_LEASE_UNITS - 1 } } });
    for (let i = 1; i < POLICY_LEASE_UNITS; i++) await ask(identity);
    expect(calls).toHaveLength(1);
    await ask(identity);
    expect(calls).toHaveLength(2);
    expect(calls[1]!.unused).toBeUndefined();
    vi.advanceTimersByTime(1_000);
    await ask(identity);
    expect(calls[2]!.unused).toEqual({ window: 7, units: POLICY_LEASE_UNITS - 1 });
  });

  it('that ask in parallel give unused units back once, and add up what they were granted', async () => {
    const identity = someone();
    await ask(identity);
    vi.advanceTimersByTime(1_000);
    await Promise.all(Array.from({ length: 10 }, () => ask(identity)));
    expect(calls.filter((call) => call.unused)).toHaveLength(1);
    calls = [];
    // Ten grants of so many units, ten of them spent by the reads that asked.
    for (let i = 0; i < 10 * (POLICY_LEASE_UNITS - 1); i++) await ask(identity);
    expect(calls).toHaveLength(0);
    await ask(identity);
    expect(calls).toHaveLength(1);
  });

  it('never go by a no, nor by the yes of another token or address', async () => {
    const identity = someone();
    verdict = () => ({ ok: false, reason: 'session_ended', corsOrigins: [] });
    await ask(identity);
    await ask(identity);
    expect(calls).toHaveLength(2);
    verdict = (call) => yes(call.units);
    await ask(identity);
    await ask(identity, { address: '192.0.2.2' });
    await ask(someone());
    expect(calls).toHaveLength(5);
  });
});

it('writes and administration ask each time, for one unit', async () => {
  const identity = someone();
  await ask(identity);
  await ask(identity, { strict: true });
  await ask(identity, { strict: true });
  expect(calls.map((call) => call.units)).toEqual([POLICY_LEASE_UNITS, 1, 1]);
});

it('nobody passes when the object cannot be asked', async () => {
  verdict = () => {
    throw new Error('unreachable');
  };
  expect(await ask(someone())).toBe('unavailable');
});
