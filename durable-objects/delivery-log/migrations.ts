import { AUDIT_OUTBOX_TABLE } from '../kit/audit.ts';
import { DEADLINES_TABLE } from '../kit/deadlines.ts';

/** Append-only: never edit a line that has shipped. */
export const MIGRATIONS = [
  // `next_at` while pending, `settled_at` afterwards; `pending_since` is when it was put in line, or again. What is due and what is old are found by their indexes.
  `CREATE TABLE log (
     id TEXT PRIMARY KEY,
     event_id TEXT NOT NULL UNIQUE,
     type TEXT NOT NULL,
     body TEXT NOT NULL,
     status TEXT NOT NULL DEFAULT 'pending',
     attempts INTEGER NOT NULL DEFAULT 0,
     last_status INTEGER,
     last_error TEXT,
     created_at INTEGER NOT NULL,
     pending_since INTEGER NOT NULL,
     next_at INTEGER,
     settled_at INTEGER
   ) WITHOUT ROWID;
   CREATE INDEX log_due ON log (next_at) WHERE next_at IS NOT NULL;
   CREATE INDEX log_settled ON log (settled_at) WHERE settled_at IS NOT NULL;
   CREATE TABLE standing (one INTEGER PRIMARY KEY CHECK (one = 1), body TEXT NOT NULL);
   ${DEADLINES_TABLE} ${AUDIT_OUTBOX_TABLE}`,
] as const;
