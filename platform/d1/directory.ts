/** The directory database: organisations, people, machines, connections. */
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { OPERATOR_CLIENT, PLATFORM_TENANT } from '../../contracts/kit/actor.ts';
import type { Scope } from '../../contracts/kit/serve.ts';
import { Cache } from '../cache.ts';
import type { AnswerStore } from './idempotency.ts';
import { carriers, tenants } from './schema/directory.ts';

/** Who writes: as much of a Scope as says whether it still may. */
type Writer = Pick<Scope, 'kind' | 'tenantId' | 'subject' | 'securityVersion'>;

/**
 * The directory as somebody writes to it: a batch fails with `isActorGone` unless the person or client is active and
 * of the security version that its token has. Admission has asked before, but what ends a person's rights may have
 * come since, and what is written in between would outlive them.
 */
export function actingAs(directory: D1Database, writer: Writer): Pick<D1Database, 'prepare' | 'batch'> {
  return {
    prepare: (sql) => directory.prepare(sql),
    batch: (statements) => directory.batch([...standing(directory, writer), ...statements]),
  };
}

/** The statements that fail when the writer may not act any more. */
function standing(directory: D1Database, { kind, tenantId, subject, securityVersion }: Writer): D1PreparedStatement[] {
  if (kind !== 'user' && kind !== 'client') return [];
  const table = kind === 'user' ? 'users' : 'clients';
  const stands =
    subject === OPERATOR_CLIENT
      ? directory.prepare(`INSERT INTO actor_guard (expected) SELECT (${CONFIGURED_VERSION}) = ?`)
      : directory.prepare(
          `INSERT INTO actor_guard (expected)
           SELECT COUNT(*) FROM ${table} WHERE id = ? AND security_version = ? AND tenant_id = ? AND status = 'active'`,
        );
  const named = subject === OPERATOR_CLIENT ? [subject, securityVersion] : [subject, securityVersion, tenantId];
  return [stands.bind(...named), directory.prepare('DELETE FROM actor_guard')];
}

/** The security version of a configured client; without a row it has the first. */
const CONFIGURED_VERSION =
  'SELECT COALESCE((SELECT security_version FROM configured_clients WHERE id = ?), 1) AS version';

/** The security version of a client that is configured, not stored. */
export async function configuredVersion(directory: D1Database, id: string): Promise<number> {
  return (await directory.prepare(CONFIGURED_VERSION).bind(id).first<number>('version'))!;
}

/** Where answers of somebody's writes to the directory are stored: sealed, since some show a secret. */
export function directoryAnswers(env: { DIRECTORY: D1Database; SEALING_KEY: string }, writer: Writer): AnswerStore {
  return {
    db: actingAs(env.DIRECTORY, writer),
    primary: env.DIRECTORY,
    sealingKey: env.SEALING_KEY,
    prune: true,
  };
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
