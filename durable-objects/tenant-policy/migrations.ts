import { AUDIT_OUTBOX_TABLE } from '../kit/audit.ts';
import { DEADLINES_TABLE } from '../kit/deadlines.ts';
import { OUTBOX_TABLE } from '../kit/outbox.ts';
import { CODES } from './codes.ts';
import { DENIALS } from './denials.ts';
import { DOCUMENTS } from './documents.ts';
import { FACTORS } from './factors.ts';
import { PRINCIPALS } from './principals.ts';
import { QUOTAS } from './quotas.ts';
import { REVOCATIONS } from './revocations.ts';
import { SESSIONS } from './sessions.ts';

/** Each group of tables, by the name under which its migrations are counted. */
export const GROUPS = {
  codes: CODES,
  sessions: SESSIONS,
  revocations: REVOCATIONS,
  // After the revocations, whose clients it takes over.
  principals: PRINCIPALS,
  factors: FACTORS,
  documents: DOCUMENTS,
  quotas: QUOTAS,
  denials: DENIALS,
  /** Sessions and clients that have ended, until who holds live sockets open for them knows. */
  ended: [OUTBOX_TABLE],
  /** Acts that the audit trail has not confirmed yet. */
  audit: [AUDIT_OUTBOX_TABLE],
  deadlines: [DEADLINES_TABLE.replace('CREATE TABLE', 'CREATE TABLE IF NOT EXISTS')],
  // Live tickets and sockets have gone to LiveAccess; what objects of earlier releases have of them is dropped.
  live: [
    `DROP TABLE IF EXISTS tickets;
     DROP TABLE IF EXISTS sockets;
     DROP TABLE IF EXISTS closings;
     DELETE FROM deadlines WHERE name = 'close';`,
  ],
} as const;

/**
 * The one history that every object had up to release 0.3. Where it has begun, it is gone to its end before
 * the groups go on from there; new objects begin with the groups.
 */
export const UP_TO_0_3 = [
  `CREATE TABLE codes (
     hash TEXT PRIMARY KEY,
     user_id TEXT NOT NULL,
     roles TEXT NOT NULL,
     client_id TEXT NOT NULL,
     redirect_uri TEXT NOT NULL,
     code_challenge TEXT NOT NULL,
     expires_at INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE TABLE sessions (
     id TEXT PRIMARY KEY,
     user_id TEXT NOT NULL,
     roles TEXT NOT NULL,
     client_id TEXT NOT NULL,
     refresh_hash TEXT NOT NULL UNIQUE,
     expires_at INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE TABLE spent_refresh (hash TEXT PRIMARY KEY, session_id TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE tickets (hash TEXT PRIMARY KEY, topic TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;`,
  // Grants of the first version end here: a sign-in lasts half a day at most, and codes and tickets a minute.
  `DROP TABLE codes;
   CREATE TABLE codes (
     hash TEXT PRIMARY KEY,
     grant_body TEXT NOT NULL,
     redirect_uri TEXT NOT NULL,
     code_challenge TEXT NOT NULL,
     key_thumbprint TEXT,
     expires_at INTEGER NOT NULL,
     session_id TEXT
   ) WITHOUT ROWID;
   DROP TABLE sessions;
   CREATE TABLE sessions (
     id TEXT PRIMARY KEY,
     user_id TEXT NOT NULL,
     grant_body TEXT NOT NULL,
     client_id TEXT NOT NULL,
     refresh_hash TEXT NOT NULL UNIQUE,
     key_thumbprint TEXT,
     address TEXT NOT NULL,
     user_agent TEXT,
     created_at INTEGER NOT NULL,
     last_used_at INTEGER NOT NULL,
     expires_at INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE INDEX sessions_by_user ON sessions (user_id, id);
   DROP TABLE spent_refresh;
   CREATE TABLE spent_refresh (hash TEXT PRIMARY KEY, session_id TEXT NOT NULL, spent_at INTEGER NOT NULL) WITHOUT ROWID;
   CREATE INDEX spent_refresh_by_session ON spent_refresh (session_id, spent_at);
   DROP TABLE tickets;
   CREATE TABLE tickets (
     hash TEXT PRIMARY KEY,
     topic TEXT NOT NULL,
     holder TEXT NOT NULL,
     expires_at INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE TABLE sockets (holder TEXT NOT NULL, topic TEXT NOT NULL, PRIMARY KEY (holder, topic)) WITHOUT ROWID;
   CREATE TABLE closings (
     holder TEXT NOT NULL,
     topic TEXT NOT NULL,
     due_at INTEGER NOT NULL,
     looks INTEGER NOT NULL DEFAULT 0,
     tries INTEGER NOT NULL DEFAULT 0,
     PRIMARY KEY (holder, topic)
   ) WITHOUT ROWID;
   CREATE TABLE revoked_tokens (id TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE used_ids (id TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE clients (id TEXT PRIMARY KEY, enabled INTEGER NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE documents (name TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE quotas (key TEXT PRIMARY KEY, window INTEGER NOT NULL, reserved INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE pending_logins (
     hash TEXT PRIMARY KEY,
     body TEXT NOT NULL,
     tries INTEGER NOT NULL DEFAULT 0,
     expires_at INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE TABLE factors (
     user_id TEXT PRIMARY KEY,
     sealed_secret TEXT NOT NULL,
     confirmed INTEGER NOT NULL DEFAULT 0,
     last_step INTEGER NOT NULL DEFAULT 0
   ) WITHOUT ROWID;
   CREATE TABLE recovery_codes (user_id TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (user_id, hash)) WITHOUT ROWID;
   CREATE TABLE failures (key TEXT PRIMARY KEY, at TEXT NOT NULL, last_at INTEGER NOT NULL, alert_id TEXT) WITHOUT ROWID;
   CREATE TABLE alerts (id TEXT PRIMARY KEY, body TEXT NOT NULL, reported INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
   CREATE TABLE deadlines (name TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;`,
] as const;
