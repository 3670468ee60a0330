import { AUDIT_OUTBOX_TABLE } from '../kit/audit.ts';
import { DEADLINES_TABLE } from '../kit/deadlines.ts';
import { IDEMPOTENCY_TABLE } from '../kit/idempotency.ts';
import { OUTBOX_TABLE } from '../kit/outbox.ts';

/** Append-only: never edit a line that has shipped. */
export const MIGRATIONS = [
  // `config` is JSON without the secrets. `version` grows with every change. A removed endpoint stays, removed, until its log has dropped what it holds.
  `CREATE TABLE endpoints (
     id TEXT PRIMARY KEY,
     config TEXT NOT NULL,
     secret TEXT NOT NULL,
     previous_secret TEXT,
     previous_until INTEGER NOT NULL DEFAULT 0,
     removed INTEGER NOT NULL DEFAULT 0,
     version INTEGER NOT NULL DEFAULT 1
   ) WITHOUT ROWID;
   CREATE TABLE adopted (at INTEGER NOT NULL);
   ${OUTBOX_TABLE} ${IDEMPOTENCY_TABLE} ${DEADLINES_TABLE} ${AUDIT_OUTBOX_TABLE}`,
] as const;
