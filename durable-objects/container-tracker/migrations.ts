import { DEADLINES_TABLE } from '../kit/deadlines.ts';
import { OUTBOX_TABLE } from '../kit/outbox.ts';

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
   ${OUTBOX_TABLE}
   ${DEADLINES_TABLE}`,
  `CREATE TABLE eta_said (
     journey INTEGER NOT NULL,
     at INTEGER NOT NULL,
     id INTEGER NOT NULL,
     target TEXT NOT NULL,
     source TEXT NOT NULL,
     location TEXT NOT NULL,
     p10 INTEGER,
     p50 INTEGER NOT NULL,
     p90 INTEGER,
     PRIMARY KEY (journey, at, id)
   ) WITHOUT ROWID;
   CREATE TABLE journeys (
     journey INTEGER PRIMARY KEY,
     body TEXT NOT NULL,
     sent INTEGER NOT NULL
   );
   CREATE TABLE eta_models (id INTEGER PRIMARY KEY CHECK (id = 1), key TEXT NOT NULL, body TEXT NOT NULL);
   CREATE TABLE distance_fields (name TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;`,
  `ALTER TABLE events ADD COLUMN sayings TEXT;
   CREATE TABLE snapshots (
     connection_id TEXT NOT NULL,
     receipt INTEGER NOT NULL,
     received_at INTEGER NOT NULL,
     rows TEXT NOT NULL,
     PRIMARY KEY (connection_id, receipt)
   ) WITHOUT ROWID;
   CREATE TABLE registrations (
     id TEXT PRIMARY KEY,
     received_at INTEGER NOT NULL,
     body TEXT NOT NULL
   ) WITHOUT ROWID;`,
  // What of a message no field has is read with its event alone, never for the fold. Statements of journeys that have ended
  // move to the archive, with the ids of their sources: what comes under one of these is of such a journey.
  `ALTER TABLE events ADD COLUMN details TEXT;
   CREATE TABLE archived_events (
     key TEXT PRIMARY KEY,
     at INTEGER NOT NULL,
     origin INTEGER NOT NULL,
     body TEXT NOT NULL,
     sayings TEXT,
     details TEXT
   ) WITHOUT ROWID;
   CREATE TABLE archived_ids (id TEXT PRIMARY KEY) WITHOUT ROWID;
   CREATE TABLE archive (id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL);`,
] as const;
