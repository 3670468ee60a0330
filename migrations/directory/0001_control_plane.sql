-- The control plane: who exists, and on which shard a tenant's data lives.
CREATE TABLE tenants (
  id TEXT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  shard TEXT NOT NULL,
  created_at INTEGER NOT NULL
);

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  email TEXT NOT NULL UNIQUE COLLATE NOCASE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'active',
  created_at INTEGER NOT NULL
);
CREATE INDEX users_by_tenant ON users (tenant_id, id);

CREATE TABLE clients (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  scopes TEXT,
  secret_hash TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'active',
  created_at INTEGER NOT NULL
);
CREATE INDEX clients_by_tenant ON clients (tenant_id, id);

CREATE TABLE carriers (
  id TEXT PRIMARY KEY,
  scac TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
);

-- What a tenant knows of a carrier is the tenant's own: no tenant's contacts show up at another's.
CREATE TABLE tenant_carriers (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  carrier_id TEXT NOT NULL REFERENCES carriers (id),
  name TEXT NOT NULL,
  contact_email TEXT,
  contact_phone TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, carrier_id)
) WITHOUT ROWID;

CREATE TABLE connections (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  carrier_id TEXT NOT NULL REFERENCES carriers (id),
  name TEXT NOT NULL,
  format TEXT NOT NULL,
  scheme TEXT NOT NULL,
  secret TEXT NOT NULL,
  previous_secret TEXT,
  secret_rotated_at INTEGER,
  status TEXT NOT NULL DEFAULT 'active',
  created_at INTEGER NOT NULL
);
CREATE INDEX connections_by_tenant ON connections (tenant_id, id);
