/** Which organisations exist, and what they are called. */
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { PLATFORM_TENANT } from '../../../contracts/kit/actor.ts';
import { Cache } from '../../../platform/cache.ts';
import { carriers, tenants } from '../../../platform/d1/schema/directory.ts';
import type { Env } from '../env.ts';

const existing = new Cache<string, true>({ capacity: 10_000, ttlMs: 300_000 });

/**
 * Whether an organisation exists. Asked before an object is woken by a name that came with a secret:
 * made-up ones must not leave objects behind. Organisations are never deleted, so a yes may be kept.
 */
export async function organisationExists(env: Env, id: string): Promise<boolean> {
  if (id === PLATFORM_TENANT || existing.get(id)) return true;
  const table = id.startsWith('car_') ? carriers : tenants;
  const row = await drizzle(env.DIRECTORY).select({ id: table.id }).from(table).where(eq(table.id, id)).get();
  if (row) existing.set(id, true);
  return row !== undefined;
}

/** The organisation that a code, refresh token, link or ticket begins with, if there is one. */
export async function organisationOfSecret(env: Env, secret: string | undefined): Promise<string | null> {
  const id = /^((?:ten|car)_[0-9a-z]{26}|platform)\.[A-Za-z0-9_-]{43}$/.exec(secret ?? '')?.[1];
  return id && (await organisationExists(env, id)) ? id : null;
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
