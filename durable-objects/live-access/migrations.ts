import { DEADLINES_TABLE } from '../kit/deadlines.ts';

/** Append-only: never edit a line that has shipped. */
export const MIGRATIONS = [
  `CREATE TABLE tickets (
     hash TEXT PRIMARY KEY,
     topic TEXT NOT NULL,
     holder TEXT NOT NULL,
     expires_at INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE INDEX tickets_by_holder ON tickets (holder);
   CREATE TABLE sockets (holder TEXT NOT NULL, topic TEXT NOT NULL, PRIMARY KEY (holder, topic)) WITHOUT ROWID;
   CREATE TABLE closings (
     holder TEXT NOT NULL,
     topic TEXT NOT NULL,
     ended_at INTEGER NOT NULL,
     due_at INTEGER NOT NULL,
     looks INTEGER NOT NULL DEFAULT 0,
     tries INTEGER NOT NULL DEFAULT 0,
     PRIMARY KEY (holder, topic)
   ) WITHOUT ROWID;
   ${DEADLINES_TABLE}`,
  'ALTER TABLE tickets ADD COLUMN security_version INTEGER NOT NULL DEFAULT 0',
] as const;
