/** Which organisations exist, and what they are called. */
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { PLATFORM_TENANT } from '../../../contracts/kit/actor.ts';
import { carriers, tenants } from '../../../platform/d1/schema/directory.ts';
import type { Env } from '../env.ts';

/** The id of an organisation that a person names: by id, or a tenant by its short name. Itself when there is none. */
export async function idOf(env: Env, named: string): Promise<string> {
  const db = drizzle(env.DIRECTORY);
  const slug = named.trim().toLowerCase();
  const tenant = await db.select({ id: tenants.id }).from(tenants).where(eq(tenants.slug, slug)).get();
  return tenant?.id ?? slug;
}

/** The name of an organisation, for people to read. */
export async function nameOf(env: Env, id: string): Promise<string> {
  if (id === PLATFORM_TENANT) return 'Platform';
  const db = drizzle(env.DIRECTORY);
  if (id.startsWith('car_')) {
    const carrier = await db.select().from(carriers).where(eq(carriers.id, id)).get();
    return carrier?.scac ?? id;
  }
  return (await db.select().from(tenants).where(eq(tenants.id, id)).get())?.name ?? id;
}
