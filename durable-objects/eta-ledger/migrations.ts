import { DEADLINES_TABLE } from '../kit/deadlines.ts';

/** Append-only: never edit a line that has shipped. */
export const MIGRATIONS = [
  `CREATE TABLE journeys (
     id TEXT PRIMARY KEY,
     arrived_at INTEGER NOT NULL,
     origin TEXT NOT NULL,
     destination TEXT NOT NULL,
     carrier_id TEXT,
     lateness_hours REAL,
     revisions INTEGER NOT NULL,
     our_revisions INTEGER NOT NULL,
     completeness REAL NOT NULL,
     legs TEXT NOT NULL,
     scores TEXT NOT NULL,
     learning TEXT NOT NULL
   ) WITHOUT ROWID;
   CREATE INDEX journeys_by_arrival ON journeys (arrived_at);
   CREATE INDEX journeys_by_way ON journeys (origin, destination, arrived_at);
   CREATE TABLE legs (
     lane TEXT NOT NULL,
     ended_at INTEGER NOT NULL,
     journey TEXT NOT NULL,
     body TEXT NOT NULL,
     PRIMARY KEY (lane, ended_at, journey)
   ) WITHOUT ROWID;
   CREATE INDEX legs_by_end ON legs (ended_at);
   CREATE TABLE unlearned (name TEXT PRIMARY KEY) WITHOUT ROWID;
   CREATE TABLE models (
     name TEXT NOT NULL,
     version INTEGER NOT NULL,
     known_until INTEGER,
     body TEXT NOT NULL,
     PRIMARY KEY (name, version)
   ) WITHOUT ROWID;
   CREATE TABLE versions (version INTEGER PRIMARY KEY, state TEXT NOT NULL, body TEXT NOT NULL);
   CREATE TABLE owner (id INTEGER PRIMARY KEY CHECK (id = 1), tenant_id TEXT NOT NULL);
   CREATE TABLE rollout (id INTEGER PRIMARY KEY CHECK (id = 1), active INTEGER NOT NULL, pinned INTEGER NOT NULL);
   ${DEADLINES_TABLE}`,
] as const;
