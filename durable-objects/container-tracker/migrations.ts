import { DEADLINES_TABLE } from '../shared/deadlines.ts';

/** Append-only: never edit a line that has shipped. */
export const MIGRATIONS = [
  `CREATE TABLE object (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     tenant_id TEXT NOT NULL,
     memory TEXT NOT NULL,
     open_month TEXT NOT NULL,
     open_points TEXT NOT NULL
   );
   CREATE TABLE events (
     key TEXT PRIMARY KEY,
     at INTEGER NOT NULL,
     origin INTEGER NOT NULL,
     body TEXT NOT NULL
   ) WITHOUT ROWID;
   CREATE TABLE position_chunks (
     month TEXT NOT NULL,
     first_at INTEGER NOT NULL,
     id INTEGER NOT NULL,
     last_at INTEGER NOT NULL,
     points TEXT NOT NULL,
     PRIMARY KEY (month, first_at, id)
   ) WITHOUT ROWID;
   CREATE TABLE outbox (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     body TEXT NOT NULL,
     attempts INTEGER NOT NULL DEFAULT 0
   );
   ${DEADLINES_TABLE}`,
] as const;
