-- People of any organisation: a tenant (ten_), a carrier (car_) or the platform. Hence no reference to
-- tenants any more, and both tables are made anew.
CREATE TABLE people (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  email TEXT NOT NULL UNIQUE COLLATE NOCASE,
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
INSERT INTO people (id, tenant_id, email, name, role, password_hash, status, created_at)
  SELECT id, tenant_id, email, name, role, password_hash, status, created_at FROM users;
DROP TABLE users;
ALTER TABLE people RENAME TO users;
CREATE INDEX users_by_tenant ON users (tenant_id, id);

-- A client proves itself by a secret or by a key of its own (private_key_jwt): it has one or the other.
CREATE TABLE machines (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  scopes TEXT,
  secret_hash TEXT,
  previous_secret_hash TEXT,
  previous_until INTEGER,
  jwks TEXT,
  status TEXT NOT NULL DEFAULT 'active',
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  CONSTRAINT client_proof CHECK ((secret_hash IS NULL) <> (jwks IS NULL))
);
INSERT INTO machines (id, tenant_id, name, role, scopes, secret_hash, status, created_at)
  SELECT id, tenant_id, name, role, scopes, secret_hash, status, created_at FROM clients;
DROP TABLE clients;
ALTER TABLE machines RENAME TO clients;
CREATE INDEX clients_by_tenant ON clients (tenant_id, id);

CREATE TABLE invitations (
  id TEXT PRIMARY KEY,
  -- The organisation that the invited person will belong to, and the one that invites.
  tenant_id TEXT NOT NULL,
  inviter_tenant_id TEXT NOT NULL,
  invited_by TEXT NOT NULL,
  email TEXT NOT NULL,
  role TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL DEFAULT 'open',
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL
);
CREATE INDEX invitations_by_inviter ON invitations (inviter_tenant_id, id);

-- One open reset a user: a new one replaces the one before.
CREATE TABLE password_resets (
  user_id TEXT PRIMARY KEY REFERENCES users (id),
  created_by TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;

-- Origins of tenants' browser applications: a preflight names no tenant, so they must be found by origin.
CREATE TABLE cors_origins (
  origin TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  PRIMARY KEY (origin, tenant_id)
) WITHOUT ROWID;
CREATE INDEX cors_origins_by_tenant ON cors_origins (tenant_id);

-- Answers to keyed requests, stored with their effect; sealed, since some hold a secret that is shown once.
CREATE TABLE idempotency_records (
  tenant_id TEXT NOT NULL,
  operation TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  answer TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, operation, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency_records (created_at);

-- Compare-and-set inside a batch: inserting anything but 1 fails the whole batch.
CREATE TABLE write_guard (
  expected INTEGER NOT NULL CONSTRAINT write_guard_expected_one CHECK (expected = 1)
);
