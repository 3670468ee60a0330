/** Append-only: never edit a line that has shipped. */
export const MIGRATIONS = [
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
] as const;
