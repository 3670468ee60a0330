/** What a delivery log is made of. */
import { wallClock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/log.ts';
import { auditTrail } from '../audit-trail/stub.ts';
import { AuditOutbox } from '../kit/audit.ts';
import { Deadlines } from '../kit/deadlines.ts';
import { Sender, type SenderOptions } from './sender.ts';
import { DeliveryStorage } from './storage.ts';

/** The parts of one endpoint's log. */
export interface Parts {
  storage: DeliveryStorage;
  deadlines: Deadlines<'send' | 'prune' | 'audit'>;
  audit: AuditOutbox;
  sender: Sender;
}

/** Joins the parts over an object's storage. */
export function makeParts(
  ctx: DurableObjectState,
  env: { AUDIT_TRAIL: DurableObjectNamespace },
  { log, ...transport }: Pick<SenderOptions, 'post' | 'onGone' | 'onAttempt' | 'onDefect'> & { log: Logger },
): Parts {
  const storage = new DeliveryStorage(ctx.storage);
  const deadlines = new Deadlines<'send' | 'prune' | 'audit'>(storage.sql, ctx.storage, wallClock);
  const audit = new AuditOutbox({
    sql: storage.sql,
    log,
    now: () => Date.now(),
    append: (organisationId, records) => auditTrail(env, organisationId).append(records),
    drainAt: (at) => deadlines.ensure('audit', at),
    waitUntil: (work) => ctx.waitUntil(work),
  });
  const sender = new Sender({ ...transport, storage, now: () => Date.now(), random: Math.random });
  return { storage, deadlines, audit, sender };
}
