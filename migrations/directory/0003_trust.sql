-- An e-mail address is one account in each organisation, no longer one on the whole platform: nobody proves an
-- address here, so an account elsewhere must not keep somebody from being invited. Both tables are made anew,
-- the links first, since they refer to people.
CREATE TABLE links (
  user_id TEXT PRIMARY KEY,
  created_by TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO links (user_id, created_by, token_hash, expires_at)
  SELECT user_id, created_by, token_hash, expires_at FROM password_resets;
DROP TABLE password_resets;
ALTER TABLE links RENAME TO password_resets;
CREATE INDEX password_resets_by_creator ON password_resets (created_by);

CREATE TABLE people (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  email TEXT NOT NULL COLLATE NOCASE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  -- Which pepper the hash was made with.
  pepper_id TEXT NOT NULL DEFAULT '1',
  status TEXT NOT NULL DEFAULT 'active',
  version INTEGER NOT NULL DEFAULT 1,
  -- Counts what must end every sign-in that came before: a new password, another role, the account's end.
  security_version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL
);
INSERT INTO people (id, tenant_id, email, name, role, password_hash, pepper_id, status, version, security_version, created_at)
  SELECT id, tenant_id, email, name, role, password_hash, pepper_id, status, version, security_version, created_at FROM users;
DROP TABLE users;
ALTER TABLE people RENAME TO users;
CREATE INDEX users_by_tenant ON users (tenant_id, id);
CREATE UNIQUE INDEX users_by_email ON users (email, tenant_id);
CREATE INDEX users_by_pepper ON users (pepper_id);

-- Counts what must end every token that came before: fewer rights, other keys, a secret that leaked, the end.
ALTER TABLE clients ADD COLUMN security_version INTEGER NOT NULL DEFAULT 1;
-- Likewise of a connection: deliveries that were signed under what a connection was before are not its own.
ALTER TABLE connections ADD COLUMN security_version INTEGER NOT NULL DEFAULT 1;

-- Likewise of clients that are configured, not stored: one that is absent is at its first version.
CREATE TABLE configured_clients (
  id TEXT PRIMARY KEY,
  security_version INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX invitations_by_person ON invitations (invited_by, status);

-- Makes a batch fail unless whoever acts still may: an insert of anything but 1 fails. Always empty.
CREATE TABLE actor_guard (
  expected INTEGER NOT NULL CONSTRAINT actor_guard_expected_one CHECK (expected = 1)
);

-- What must follow a change of the directory, stored in the transaction of the change, until its follower has done
-- it: the policy object of an organisation, or the inbox of a connection.
CREATE TABLE directory_outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  follower TEXT NOT NULL,
  -- The organisation whose audit trail takes it; null of what must end.
  trail TEXT,
  body TEXT NOT NULL
);
CREATE INDEX directory_outbox_by_follower ON directory_outbox (follower, id);
