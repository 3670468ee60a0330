/** Carriers: organisations shared by their SCAC; what a tenant has of one is the tenant's own. */
import { and, desc, eq, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { Carrier, CarrierCustomer } from '../../../contracts/identity/carriers.ts';
import { beforeId, cutPageById } from '../../../contracts/kit/paging.ts';
import { type Answer, fail, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import { audited } from '../../../durable-objects/kit/directory-outbox.ts';
import { notesOf } from '../../../platform/audit.ts';
import { directoryAnswers } from '../../../platform/d1/directory.ts';
import { once } from '../../../platform/d1/idempotency.ts';
import { carriers, tenantCarriers, tenants } from '../../../platform/d1/schema/directory.ts';
import { prepared } from '../../../platform/d1/statements.ts';
import { newId } from '../../../platform/ids.ts';
import { toInstant } from '../../../platform/instants.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';
import { withFollowing } from './principal-changes.ts';

interface CarrierRow {
  id: string;
  carrier: typeof carriers.$inferSelect;
  known: typeof tenantCarriers.$inferSelect;
}

const toApi = ({ carrier, known }: CarrierRow): Carrier => ({
  id: carrier.id,
  scac: carrier.scac,
  name: known.name,
  contactEmail: known.contactEmail,
  contactPhone: known.contactPhone,
});

/**
 * Invites a carrier. The organisation is shared by its SCAC; its name and contacts are what this
 * tenant has of it, and inviting it again updates them.
 */
export async function createCarrier({
  env,
  scope,
  input,
  idempotencyKey: key,
  now,
}: For<'createCarrier'>): Promise<Answer<Carrier>> {
  const db = drizzle(env.DIRECTORY);
  const write = {
    make: async () => {
      // An organisation that nobody works with yet harms nobody: it may stand before the rest is certain.
      await db
        .insert(carriers)
        .values({ id: newId('car', now), scac: input.scac, createdAt: now })
        .onConflictDoNothing();
      const carrier = await db.select().from(carriers).where(eq(carriers.scac, input.scac)).get();
      if (!carrier) throw new Error('a carrier that was just stored is gone');
      const facts = {
        name: input.name,
        contactEmail: input.contactEmail ?? null,
        contactPhone: input.contactPhone ?? null,
      };
      const known = { tenantId: scope.tenantId, carrierId: carrier.id, ...facts, createdAt: now };
      const insert = db
        .insert(tenantCarriers)
        .values(known)
        .onConflictDoUpdate({ target: [tenantCarriers.tenantId, tenantCarriers.carrierId], set: facts });
      const answer = toApi({ id: carrier.id, carrier, known });
      const done = {
        organisationId: scope.tenantId,
        action: 'carrier.invited',
        object: { type: 'carrier' as const, id: carrier.id },
        after: answer,
      };
      const acted = audited(env.DIRECTORY, scope.tenantId, notesOf(scope, done, now));
      return { answer, statements: [prepared(env.DIRECTORY, insert), ...acted] };
    },
  };
  return withFollowing(env, scope.tenantId, () =>
    once(directoryAnswers(env, scope), scope, { operation: 'carrier', key, input }, now, write),
  );
}

function selectCarriers(env: Env) {
  return drizzle(env.DIRECTORY)
    .select({ id: carriers.id, carrier: carriers, known: tenantCarriers })
    .from(carriers)
    .innerJoin(tenantCarriers, eq(tenantCarriers.carrierId, carriers.id));
}

/** The carriers the tenant works with, newest first. */
export async function listCarriers({ env, scope, input }: For<'listCarriers'>): Promise<Answer<Page<Carrier>>> {
  const rows = await selectCarriers(env)
    .where(and(eq(tenantCarriers.tenantId, scope.tenantId), lt(carriers.id, beforeId(input))))
    .orderBy(desc(carriers.id))
    .limit(input.limit + 1);
  return ok(cutPageById(rows, input.limit, toApi));
}

/** One carrier the tenant works with. */
export async function getCarrier({ env, scope, input }: For<'getCarrier'>): Promise<Answer<Carrier>> {
  const row = await selectCarriers(env)
    .where(and(eq(tenantCarriers.tenantId, scope.tenantId), eq(carriers.id, input.id)))
    .get();
  return row ? ok(toApi(row)) : notFound('carrier');
}

/** As a carrier: the tenants that work with it, newest tenant first. */
export async function listCarrierCustomers({
  env,
  scope: { carrierId },
  input,
}: For<'listCarrierCustomers'>): Promise<Answer<Page<CarrierCustomer>>> {
  if (!carrierId) return fail('forbidden', 'Only people of a carrier may see this');
  const rows = await drizzle(env.DIRECTORY)
    .select({ id: tenants.id, name: tenants.name, since: tenantCarriers.createdAt })
    .from(tenantCarriers)
    .innerJoin(tenants, eq(tenants.id, tenantCarriers.tenantId))
    .where(and(eq(tenantCarriers.carrierId, carrierId), lt(tenants.id, beforeId(input))))
    .orderBy(desc(tenants.id))
    .limit(input.limit + 1);
  return ok(cutPageById(rows, input.limit, ({ id, name, since }) => ({ tenantId: id, name, since: toInstant(since) })));
}
