import { DEADLINES_TABLE } from '../kit/deadlines.ts';
import { CONNECTION_TABLE } from './connection-state.ts';

/** Append-only: never edit a line that has shipped. */
export const MIGRATIONS = [
  `CREATE TABLE receipts (
     seq INTEGER PRIMARY KEY,
     received_at INTEGER NOT NULL,
     outcomes TEXT NOT NULL,
     rejected TEXT NOT NULL,
     keys TEXT NOT NULL
   );
   CREATE TABLE dispatches (
     id INTEGER PRIMARY KEY,
     receipt INTEGER NOT NULL,
     body TEXT NOT NULL,
     events INTEGER NOT NULL,
     sends INTEGER NOT NULL DEFAULT 1,
     next_at INTEGER NOT NULL,
     error TEXT,
     parked_at INTEGER
   );
   CREATE TABLE quarantine (
     id INTEGER PRIMARY KEY,
     receipt INTEGER NOT NULL,
     item INTEGER NOT NULL,
     pointer TEXT NOT NULL,
     code TEXT NOT NULL,
     detail TEXT NOT NULL,
     raw TEXT NOT NULL,
     at INTEGER NOT NULL
   );
   CREATE TABLE identity (id INTEGER PRIMARY KEY CHECK (id = 1), connection_id TEXT NOT NULL);
   ${DEADLINES_TABLE}`,
  CONNECTION_TABLE,
  `ALTER TABLE receipts ADD COLUMN warnings TEXT NOT NULL DEFAULT '[]';`,
  `CREATE TABLE held (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     tenant_id TEXT NOT NULL,
     number TEXT NOT NULL,
     receipt INTEGER NOT NULL,
     at INTEGER NOT NULL,
     correlation_id TEXT NOT NULL,
     events TEXT NOT NULL
   );
   CREATE INDEX held_by_number ON held (number);`,
  // `next_at` is when a share that failed is tried again; 0 of what is on its way and waits to be confirmed. `splits` gives
  // ids to shares that part from their message: never the same twice, so its rows need not stay.
  `ALTER TABLE dispatches ADD COLUMN sent_at INTEGER NOT NULL DEFAULT 0;
   CREATE TABLE splits (id INTEGER PRIMARY KEY AUTOINCREMENT);`,
  `CREATE TABLE awaiting (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     tenant_id TEXT NOT NULL,
     name TEXT NOT NULL,
     receipt INTEGER NOT NULL,
     at INTEGER NOT NULL,
     correlation_id TEXT NOT NULL,
     waits INTEGER NOT NULL,
     told TEXT NOT NULL,
     event TEXT NOT NULL
   );
   CREATE INDEX awaiting_by_name ON awaiting (name);
   ALTER TABLE identity ADD COLUMN keys_after INTEGER NOT NULL DEFAULT 0;`,
  // The message of a delivery that goes straight to its containers, until it has arrived.
  'ALTER TABLE receipts ADD COLUMN message TEXT;',
] as const;
