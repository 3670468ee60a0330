import { describe, expect, it } from 'vitest';
import type { Env } from '../env.ts';
import { type Facts, factsOf, type Step } from './facts.ts';
import { admit, stepsFor } from './index.ts';
import { addressLimit, subjectLimit } from './limits.ts';
import { feature, permission } from './permission.ts';
import { policy } from './policy.ts';
import { received } from './received.ts';
import { token } from './token.ts';

const request = new Request('https://x.example/v1/things');
const facts = (more: Partial<Facts> = {}): Facts => ({
  ...factsOf({ access: 'containers:read' }, { address: '203.0.113.7', sender: '203.0.113.7' }),
  ...more,
});
const actor = {
  tenantId: 'ten_a',
  subject: 'usr_a',
  kind: 'user' as const,
  roles: ['viewer' as const],
  scopes: null,
  sessionId: 'ses_a',
  securityVersion: 1,
};
const identity = { ...actor, tokenId: 'tok_a', expiresAt: Number.POSITIVE_INFINITY, keyThumbprint: null };

/** Limits that answer as the test says, and note what they were asked. */
function limited(over: string[] = []): { env: Env; asked: string[] } {
  const asked: string[] = [];
  const limit = (name: string) => ({
    limit: async ({ key }: { key: string }) => {
      asked.push(`${name} ${key}`);
      return { success: !over.includes(name) };
    },
  });
  const env = { ADDRESS_LIMIT: limit('address'), API_LIMIT: limit('subject'), LOG_LEVEL: 'silent' } as unknown as Env;
  return { env, asked };
}

describe('admission', () => {
  it('goes on from step to step with what was learned, until one refuses', async () => {
    const seen: unknown[] = [];
    const learn: Step = () => ({ admitted: { limitedBy: 'subject' } });
    const stop: Step = (_request, { limitedBy }) => {
      seen.push(limitedBy);
      return { refused: { ok: false, code: 'forbidden', detail: '' }, learned: { corsOrigins: ['https://a.example'] } };
    };
    const never: Step = () => {
      throw new Error('not reached');
    };
    const result = await admit([learn, stop, never], request, facts(), {} as Env);
    expect(seen).toEqual(['subject']);
    expect(result.refused?.code).toBe('forbidden');
    expect(result.facts).toMatchObject({ limitedBy: 'subject', corsOrigins: ['https://a.example'] });
  });

  it('asks of a route what it needs: nothing of a webhook, an address of the public, the rest of all others', () => {
    expect(stepsFor('signature')).toEqual([]);
    expect(stepsFor('public')).toEqual([addressLimit]);
    expect(stepsFor('ticket')).toEqual([addressLimit]);
    // The body is there before the policy is asked: an answer from before it would be an old one.
    expect(stepsFor('containers:read')).toEqual([token, subjectLimit, received, policy, feature, permission]);
    expect(stepsFor('authenticated')).toEqual(stepsFor('containers:read'));
  });
});

describe('the limits in front', () => {
  it('count the address of the public and the name of a caller', async () => {
    const { env, asked } = limited();
    await addressLimit(request, facts(), env);
    await subjectLimit(request, facts({ identity }), env);
    expect(asked).toEqual(['address 203.0.113.7', 'subject ten_a:usr_a']);
  });

  it('refuse with the time to wait and the limit that was passed', async () => {
    const outcome = await subjectLimit(request, facts({ identity }), limited(['subject']).env);
    expect(outcome).toMatchObject({
      refused: { code: 'quota.exceeded', retryAfterSeconds: 10, extra: { 'violated-policies': ['subject'] } },
      learned: { limitedBy: 'subject' },
    });
  });
});

describe('the token', () => {
  it('that is missing is refused, and counts against the address', async () => {
    const { env, asked } = limited();
    const outcome = await token(request, facts(), env);
    expect(outcome).toMatchObject({
      refused: { code: 'unauthenticated' },
      learned: { denial: { kind: 'token', reason: 'token_missing' }, limitedBy: 'address' },
    });
    expect(asked).toEqual(['address 203.0.113.7']);
  });

  it('that is missing too often is a flood', async () => {
    expect(await token(request, facts(), limited(['address']).env)).toMatchObject({
      refused: { code: 'quota.exceeded' },
    });
  });
});

describe('the body', () => {
  const asked = { access: 'containers:write' as const, takesBody: true };
  const sent = () => new Request(request, { method: 'POST', body: 'abc' });
  const receivedAs = (more: Partial<Facts>) => received(sent(), facts({ asked, identity, ...more }), {} as Env);

  it('is read where one is taken', async () => {
    const read = await receivedAs({});
    expect('admitted' in read && new TextDecoder().decode(read.admitted.body as Uint8Array)).toBe('abc');
    expect(await received(sent(), facts({ identity }), {} as Env)).toEqual({ admitted: {} });
  });

  it('that ends after the token or its proof is refused', async () => {
    const late = { refused: { code: 'unauthenticated' }, learned: { denial: { reason: 'expired_meanwhile' } } };
    const ended = Date.now() - 1;
    expect(await receivedAs({ identity: { ...identity, expiresAt: ended } })).toMatchObject(late);
    expect(await receivedAs({ proof: { id: 'p', until: ended } })).toMatchObject(late);
    expect(await receivedAs({ proof: { id: 'p', until: Date.now() + 60_000 } })).toHaveProperty('admitted');
  });
});

describe('the feature', () => {
  const asked = { access: 'live:subscribe' as const, feature: 'live' as const };
  const switched = (on: boolean) => ({ live: on, outbound_webhooks: true, sea_routes: true });

  it('must be switched on where the route belongs to one', async () => {
    expect(await feature(request, facts({ asked, features: switched(true) }), {} as Env)).toHaveProperty('admitted');
    expect(await feature(request, facts({ asked, features: switched(false) }), {} as Env)).toHaveProperty('refused');
    expect(await feature(request, facts({ features: null }), {} as Env)).toHaveProperty('admitted');
  });

  it('that nothing is known of is not there', async () => {
    expect(await feature(request, facts({ asked, features: null }), {} as Env)).toHaveProperty('refused');
  });
});

describe('the permission', () => {
  it('must be held; a lack of it is a denial', async () => {
    expect(await permission(request, facts({ actor }), {} as Env)).toHaveProperty('admitted');
    const asked = { access: 'tenants:manage' as const };
    expect(await permission(request, facts({ actor, asked }), {} as Env)).toMatchObject({
      refused: { code: 'forbidden' },
      learned: { denial: { kind: 'permission', reason: 'lacks tenants:manage' } },
    });
  });

  it('is denied by default: no actor, or a route that asks for none of these', async () => {
    expect(await permission(request, facts(), {} as Env)).toHaveProperty('refused');
    expect(await permission(request, facts({ actor, asked: { access: 'public' } }), {} as Env)).toHaveProperty(
      'refused',
    );
  });
});
