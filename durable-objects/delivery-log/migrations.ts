import { AUDIT_OUTBOX_TABLE } from '../kit/audit.ts';
import { DEADLINES_TABLE } from '../kit/deadlines.ts';
import { IDEMPOTENCY_TABLE } from '../kit/idempotency.ts';

/** Append-only: never edit a line that has shipped. */
export const MIGRATIONS = [
  `CREATE TABLE endpoints (
     id TEXT PRIMARY KEY,
     url TEXT NOT NULL,
     types TEXT NOT NULL,
     description TEXT NOT NULL,
     status TEXT NOT NULL,
     secret TEXT NOT NULL,
     created_at TEXT NOT NULL
   ) WITHOUT ROWID;
   CREATE TABLE deliveries (
     id TEXT PRIMARY KEY,
     endpoint_id TEXT NOT NULL,
     event_id TEXT NOT NULL,
     type TEXT NOT NULL,
     body TEXT NOT NULL,
     status TEXT NOT NULL,
     attempts INTEGER NOT NULL DEFAULT 0,
     last_status INTEGER,
     last_error TEXT,
     created_at INTEGER NOT NULL,
     next_at INTEGER,
     delivered_at INTEGER,
     UNIQUE (endpoint_id, event_id)
   ) WITHOUT ROWID;
   CREATE INDEX deliveries_due ON deliveries (next_at) WHERE next_at IS NOT NULL;`,
  `ALTER TABLE endpoints ADD COLUMN previous_secret TEXT;
   ALTER TABLE endpoints ADD COLUMN previous_until INTEGER NOT NULL DEFAULT 0;
   ${IDEMPOTENCY_TABLE}`,
  `${DEADLINES_TABLE} ${AUDIT_OUTBOX_TABLE}`,
] as const;
