/** The tenant's policy and security alerts, and the keys that sign tokens. */
import { and, eq, inArray } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { SealedKey, Versioned } from '../../../contracts/identity/access.ts';
import type { Policy, SecurityAlert, SigningKey } from '../../../contracts/identity/policy.ts';
import { type Answer, fail, fault, ok, type Page } from '../../../contracts/kit/result.ts';
import { addressMatcher } from '../../../domain/security/addresses.ts';
import { signingKey } from '../../../domain/security/key-schedule.ts';
import { keyRing } from '../../../durable-objects/key-ring/stub.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { notesOf } from '../../../platform/audit.ts';
import { corsOrigins } from '../../../platform/d1/schema/directory.ts';
import { toInstant, toInstantOrNull } from '../../../platform/instants.ts';
import type { For } from '../request.ts';
import { forgetKeys } from './keys.ts';

/** The tenant's policy. */
export async function getPolicy({ env, scope }: For<'getPolicy'>): Promise<Answer<Versioned<Policy>>> {
  return ok(await tenantPolicy(env, scope.tenantId).policy());
}

/** Replaces the tenant's policy, if it is still the version the caller has seen. */
export async function putPolicy({
  env,
  scope,
  input: policy,
  expectedVersion,
  address,
  now,
}: For<'putPolicy'>): Promise<Answer<Versioned<Policy>>> {
  const { allowedAddresses, blockedAddresses } = policy;
  const lockedOut =
    addressMatcher(blockedAddresses)(address) ||
    (allowedAddresses.length > 0 && !addressMatcher(allowedAddresses)(address));
  if (lockedOut) {
    return fault(
      allowedAddresses.length > 0 ? '/allowedAddresses' : '/blockedAddresses',
      'locks_you_out',
      `Your own address ${address} would be refused from now on`,
    );
  }
  const { tenantId } = scope;
  const { version: _version, ...before } = await tenantPolicy(env, tenantId).policy();
  const object = { type: 'policy' as const, id: tenantId };
  const notes = notesOf(
    scope,
    { organisationId: tenantId, action: 'policy.changed', object, before, after: policy },
    now,
  );
  // The registry of preflights has every origin before the policy does, and loses the others afterwards: should
  // either step fail, an origin is in it that the policy lacks, which opens nothing.
  const db = drizzle(env.DIRECTORY);
  const registered = policy.corsOrigins.map((origin) => ({ origin, tenantId }));
  if (registered.length > 0) await db.insert(corsOrigins).values(registered).onConflictDoNothing();
  const stored = await tenantPolicy(env, tenantId).putPolicy(policy, expectedVersion, notes);
  if (!stored) return fail('precondition.failed', 'The policy has changed since you read it');
  const dropped = before.corsOrigins.filter((origin) => !policy.corsOrigins.includes(origin));
  if (dropped.length > 0) {
    await db.delete(corsOrigins).where(and(eq(corsOrigins.tenantId, tenantId), inArray(corsOrigins.origin, dropped)));
  }
  return ok(stored);
}

/** Whether any tenant has a browser application at the origin. */
export async function isCorsOrigin({ env, input }: For<'isCorsOrigin'>): Promise<Answer<boolean>> {
  const row = await drizzle(env.DIRECTORY).select().from(corsOrigins).where(eq(corsOrigins.origin, input.origin)).get();
  return ok(row !== undefined);
}

/** The organisation's security alerts, newest first; an operator's are those of every tenant. */
export async function listAlerts({ env, scope, input }: For<'listAlerts'>): Promise<Answer<Page<SecurityAlert>>> {
  return ok(await tenantPolicy(env, scope.tenantId).alerts(input));
}

/** The keys that are published, with what each is doing. */
export async function listSigningKeys({ env, now }: For<'listSigningKeys'>): Promise<Answer<Page<SigningKey>>> {
  return ok(pageOfKeys(await keyRing(env).keys(), now));
}

/** Makes a new key; `immediately` drops all others with the tokens they signed. */
export async function rotateSigningKeys({
  env,
  scope,
  input,
  now,
}: For<'rotateSigningKeys'>): Promise<Answer<Page<SigningKey>>> {
  const object = { type: 'signing_key' as const, id: 'signing' };
  const done = { organisationId: scope.tenantId, action: 'signing_key.rotated', object, after: { ...input } };
  const keys = await keyRing(env).rotate(input.immediately, notesOf(scope, done, now));
  forgetKeys();
  return ok(pageOfKeys(keys, now));
}

function pageOfKeys(keys: SealedKey[], now: number): Page<SigningKey> {
  const signing = signingKey(keys, now)?.kid;
  const items = keys.map(({ kid, activeFrom, dropAt }) => ({
    kid,
    state: kid === signing ? ('signing' as const) : activeFrom > now ? ('next' as const) : ('retiring' as const),
    activeFrom: toInstant(activeFrom),
    dropAt: toInstantOrNull(dropAt),
  }));
  return { items, nextCursor: null };
}
