/** The directory database: organisations, people, machines, connections. */
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { PLATFORM_TENANT } from '../../contracts/kit/actor.ts';
import { Cache } from '../cache.ts';
import type { AnswerStore } from './idempotency.ts';
import { carriers, tenants } from './schema/directory.ts';

/** Where answers of writes to the directory are stored: sealed, since some show a secret. */
export function directoryAnswers(env: { DIRECTORY: D1Database; SEALING_KEY: string }): AnswerStore {
  return { db: env.DIRECTORY, primary: env.DIRECTORY, sealingKey: env.SEALING_KEY, prune: true };
}

const existing = new Cache<string, true>({ capacity: 10_000, ttlMs: 300_000 });

/** Whether an organisation exists. Organisations are never deleted, so a yes may be kept. */
export async function organisationExists(env: { DIRECTORY: D1Database }, id: string): Promise<boolean> {
  if (id === PLATFORM_TENANT || existing.get(id)) return true;
  const table = id.startsWith('car_') ? carriers : tenants;
  const row = await drizzle(env.DIRECTORY).select({ id: table.id }).from(table).where(eq(table.id, id)).get();
  if (row) existing.set(id, true);
  return row !== undefined;
}
