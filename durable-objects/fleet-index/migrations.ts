import { IDEMPOTENCY_TABLE } from '../kit/idempotency.ts';
import { DEADLINES_TABLE } from '../kit/deadlines.ts';
import { AWAITED_TABLES } from './bookings.ts';
import { CLAIMS_TABLES } from './claims.ts';
import { PAIRINGS_TABLE } from './pairings.ts';

/** Append-only: never edit a line that has shipped. */
export const MIGRATIONS = [
  `CREATE TABLE containers (
     number TEXT PRIMARY KEY,
     seq INTEGER NOT NULL,
     epoch TEXT NOT NULL,
     version INTEGER NOT NULL,
     status TEXT NOT NULL,
     carrier_id TEXT,
     destination TEXT,
     lat REAL,
     lon REAL,
     open_alerts INTEGER NOT NULL,
     search TEXT NOT NULL,
     body TEXT NOT NULL
   ) WITHOUT ROWID;
   CREATE TABLE devices (device_id TEXT PRIMARY KEY, number TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE identity (id INTEGER PRIMARY KEY CHECK (id = 1), epoch TEXT NOT NULL);`,
  IDEMPOTENCY_TABLE,
  `CREATE TABLE bookings (booking TEXT NOT NULL, number TEXT NOT NULL, PRIMARY KEY (booking, number)) WITHOUT ROWID;`,
  PAIRINGS_TABLE,
  CLAIMS_TABLES,
  // Numbers that were tracked and are not any more: what is still on its way does not bring their lines back. The number of
  // the newest change must not fall with the line that had it.
  `CREATE TABLE untracked (number TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
   ALTER TABLE identity ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;`,
  `${AWAITED_TABLES}
   ${DEADLINES_TABLE}`,
  // Containers that were put away keep their lines; of erased ones nothing may come back.
  `ALTER TABLE containers ADD COLUMN archived_at INTEGER;
   ALTER TABLE untracked ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;`,
  // A line as the API has it. Lines of the version before have a summary in `body` until they change.
  'ALTER TABLE containers ADD COLUMN line TEXT;',
] as const;
