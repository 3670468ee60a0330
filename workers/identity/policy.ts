/** The tenant's policy, the operator's limits for it, security alerts, and the signing keys. */
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { Actor } from '../../contracts/actor.ts';
import type { SigningKey } from '../../contracts/identity.ts';
import type { Limits, Policy, SealedKey, SecurityAlert, Versioned } from '../../contracts/policy.ts';
import { fail, ok, type Page, type Result } from '../../contracts/result.ts';
import { signingKey } from '../../domain/security/key-schedule.ts';
import { keyRing, tenantPolicy } from '../../durable-objects/stubs.ts';
import { addressMatcher } from '../../platform/address.ts';
import { corsOrigins } from '../../platform/schema/directory.ts';
import { notFound, refuse } from '../../platform/service.ts';
import { iso, organisationExists, type Paging } from './directory.ts';
import type { Env } from './env.ts';
import { forgetKeys } from './keys.ts';

/** The tenant's policy. */
export async function getPolicy(env: Env, actor: Actor): Promise<Result<Versioned<Policy>>> {
  return refuse(actor, 'policy:read') ?? ok(await tenantPolicy(env, actor.tenantId).policy());
}

/** Replaces the tenant's policy, if it is still the version the caller has seen. */
export async function putPolicy(
  env: Env,
  actor: Actor,
  policy: Policy,
  expectedVersion: number,
  address: string,
): Promise<Result<Versioned<Policy>>> {
  const refused = refuse(actor, 'policy:manage');
  if (refused) return refused;
  const { allowedAddresses, blockedAddresses } = policy;
  const lockedOut =
    addressMatcher(blockedAddresses)(address) ||
    (allowedAddresses.length > 0 && !addressMatcher(allowedAddresses)(address));
  if (lockedOut) {
    return fail('invalid', 'The request has faults', {
      faults: [
        {
          pointer: allowedAddresses.length > 0 ? '/allowedAddresses' : '/blockedAddresses',
          code: 'locks_you_out',
          detail: `Your own address ${address} would be refused from now on`,
        },
      ],
    });
  }
  const stored = await tenantPolicy(env, actor.tenantId).putPolicy(policy, expectedVersion);
  if (!stored) return fail('precondition.failed', 'The policy has changed since you read it');
  // The registry of preflights follows; an origin in it that the policy lacks opens nothing.
  const db = drizzle(env.DIRECTORY);
  const rows = policy.corsOrigins.map((origin) => ({ origin, tenantId: actor.tenantId }));
  await db.batch([
    db.delete(corsOrigins).where(eq(corsOrigins.tenantId, actor.tenantId)),
    ...rows.map((row) => db.insert(corsOrigins).values(row).onConflictDoNothing()),
  ]);
  return ok(stored);
}

/** Whether any tenant has a browser application at the origin. */
export async function isCorsOrigin(env: Env, origin: string): Promise<boolean> {
  const row = await drizzle(env.DIRECTORY).select().from(corsOrigins).where(eq(corsOrigins.origin, origin)).get();
  return row !== undefined;
}

/** The quotas and features of a tenant; for platform operators. */
export async function getLimits(env: Env, actor: Actor, tenantId: string): Promise<Result<Versioned<Limits>>> {
  const refused = refuse(actor, 'tenants:manage');
  if (refused) return refused;
  return (await isTenant(env, tenantId)) ? ok(await tenantPolicy(env, tenantId).limits()) : notFound('tenant');
}

/** Sets the quotas and features of a tenant. */
export async function putLimits(
  env: Env,
  actor: Actor,
  tenantId: string,
  limits: Limits,
  expectedVersion: number,
): Promise<Result<Versioned<Limits>>> {
  const refused = refuse(actor, 'tenants:manage');
  if (refused) return refused;
  if (!(await isTenant(env, tenantId))) return notFound('tenant');
  const stored = await tenantPolicy(env, tenantId).putLimits(limits, expectedVersion);
  return stored ? ok(stored) : fail('precondition.failed', 'The limits have changed since you read them');
}

async function isTenant(env: Env, id: string): Promise<boolean> {
  return id.startsWith('ten_') && (await organisationExists(env, id));
}

/** The organisation's security alerts, newest first; an operator's are those of every tenant. */
export async function listAlerts(env: Env, actor: Actor, query: Paging): Promise<Result<Page<SecurityAlert>>> {
  return refuse(actor, 'security:read') ?? ok(await tenantPolicy(env, actor.tenantId).alerts(query));
}

/** The keys that are published, with what each is doing. */
export async function listSigningKeys(env: Env, actor: Actor): Promise<Result<Page<SigningKey>>> {
  return refuse(actor, 'keys:manage') ?? ok(pageOfKeys(await keyRing(env).keys()));
}

/** Makes a new key; `immediately` drops all others with the tokens they signed. */
export async function rotateSigningKeys(
  env: Env,
  actor: Actor,
  immediately: boolean,
): Promise<Result<Page<SigningKey>>> {
  const refused = refuse(actor, 'keys:manage');
  if (refused) return refused;
  const keys = await keyRing(env).rotate(immediately);
  forgetKeys();
  return ok(pageOfKeys(keys));
}

function pageOfKeys(keys: SealedKey[]): Page<SigningKey> {
  const now = Date.now();
  const signing = signingKey(keys, now)?.kid;
  const items = keys.map(({ kid, activeFrom, dropAt }) => ({
    kid,
    state: kid === signing ? ('signing' as const) : activeFrom > now ? ('next' as const) : ('retiring' as const),
    activeFrom: iso(activeFrom),
    dropAt: dropAt === null ? null : iso(dropAt),
  }));
  return { items, nextCursor: null };
}
