/** Records of the audit trail that wait in an object's own storage, beside the change they are of, until the trail has them. */
import type { AuditRecord } from '../../domain/audit/record.ts';
import { type AuditNote, deliverAudit } from '../../platform/audit.ts';
import type { Logger } from '../../platform/log.ts';
import { Outbox } from '../../platform/outbox.ts';
import { outboxTable, SqlOutbox } from './outbox.ts';
import type { Sql } from './sql.ts';

const TABLE = 'audit_outbox';
/** The table a user of AuditOutbox puts into its migrations. */
export const AUDIT_OUTBOX_TABLE = outboxTable(TABLE);
/** Records handed over at once. Ours: far below what a trail takes, and some 100 KB. */
const BATCH = 100;

/** What an audit outbox needs of its object. */
export interface AuditOutboxOptions {
  sql: Sql;
  log: Logger;
  now: () => number;
  /** Hands records to the trail of an organisation: `auditTrail(env, organisationId).append(records)`. */
  append: (organisationId: string, records: AuditRecord[]) => Promise<unknown>;
  /** Has the object's alarm call `drain` at an instant: a deadline of its own name. */
  drainAt: (at: number) => void;
  /** Lets work go on after the answer: the object's `waitUntil`. */
  waitUntil: (work: Promise<unknown>) => void;
}

/** Delivers what an object has to say to audit trails: at once, and by its alarm until each has confirmed it. */
export class AuditOutbox {
  readonly #options: AuditOutboxOptions;
  readonly #rows: SqlOutbox<AuditNote>;
  readonly #outbox: Outbox<AuditNote>;

  constructor(options: AuditOutboxOptions) {
    const { sql, log, now, append } = options;
    this.#options = options;
    this.#rows = new SqlOutbox(sql, { table: TABLE, to: "json_extract(body, '$.organisationId')" });
    const deliver = (notes: AuditNote[]): Promise<void> => deliverAudit(notes, append);
    this.#outbox = new Outbox({ store: this.#rows, deliver, log, now, batch: BATCH });
  }

  /** Notes what was done. Call it in the turn or transaction of the change: both are stored, or neither. */
  put(...notes: AuditNote[]): void {
    if (notes.length === 0) return;
    const { drainAt, now, waitUntil } = this.#options;
    this.#rows.put(notes);
    // The object may die before the work that follows the answer: the alarm looks again in any case.
    drainAt(now());
    waitUntil(this.#outbox.drainAfresh());
  }

  /** Delivers what waits; answers when to try again, or null: the handler of the object's deadline. */
  drain(): Promise<number | null> {
    return this.#outbox.drain();
  }
}
