/** Audit trails as tests reach them: through their objects, as producers do. */
import type { ChainEntry, ChainHead } from '../../domain/audit/chain.ts';
import type { AuditRecord } from '../../domain/audit/record.ts';
import { auditRecord } from '../../platform/audit.ts';
import type { Platform } from './harness.ts';

/** What tests ask of a trail's object. */
interface Trail {
  append(records: AuditRecord[]): Promise<{ head: ChainHead; refused: { id: string; detail: string }[] }>;
  range(after: number, query: { limit: number }): Promise<{ items: ChainEntry<AuditRecord>[] }>;
  head(): Promise<ChainHead & { organisationId: string }>;
}

interface Trails {
  AUDIT_TRAIL: { idFromName(name: string): object; get(id: object): Trail };
}

/** The trail of an organisation. */
export async function trailOf(platform: Platform, organisationId: string): Promise<Trail> {
  const { AUDIT_TRAIL } = await platform.server.getWorker<Trails>('fairlead-observer').getEnv();
  return AUDIT_TRAIL.get(AUDIT_TRAIL.idFromName(organisationId));
}

/** Records acts of three people on five objects, one a minute from 2026-11-26 on, in turn of a policy and a client. */
export async function recordActs(platform: Platform, organisationId: string, count: number): Promise<void> {
  const records = Array.from({ length: count }, (_, n) =>
    auditRecord({
      actor: { kind: 'user', organisationId, subject: `usr_${n % 3}`, sessionId: 'ses_1' },
      action: n % 2 === 0 ? 'policy.changed' : 'client.disabled',
      object: { type: n % 2 === 0 ? 'policy' : 'client', id: `obj_${n % 5}` },
      before: { status: 'active', n },
      after: { status: 'disabled', secretHash: 'never shown' },
      address: '203.0.113.7',
      correlationId: `cor_${n}`,
      callerCorrelationId: n % 4 === 0 ? `theirs-${n}` : null,
      now: Date.UTC(2026, 10, 26, 0, n),
    }),
  );
  await (await trailOf(platform, organisationId)).append(records);
}

/**
 * Waits until what was done so far has come to a trail, and takes it out again, guards off and on: for tests that
 * write every entry themselves.
 */
export async function emptyTrail(platform: Platform, organisationId: string): Promise<void> {
  const trail = await trailOf(platform, organisationId);
  for (let before = -1, { seq } = await trail.head(); seq !== before; ) {
    before = seq;
    await new Promise((resolve) => setTimeout(resolve, 150));
    ({ seq } = await trail.head());
  }
  const storage = await platform.server
    .getWorker('fairlead-observer')
    .getDurableObjectStorage('AuditTrail', { name: organisationId });
  const guards = await storage.exec<{ name: string; sql: string }>(
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
  );
  for (const { name } of guards) await storage.exec(`DROP TRIGGER ${name}`);
  await storage.exec('DELETE FROM entries');
  for (const { sql } of guards) await storage.exec(sql);
}
