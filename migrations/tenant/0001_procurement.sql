-- One history for every shard. Each row names its tenant; no query goes without.
CREATE TABLE allocations (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  carrier_id TEXT NOT NULL,
  origin TEXT NOT NULL,
  destination TEXT NOT NULL,
  period TEXT NOT NULL,
  unit TEXT NOT NULL,
  capacity INTEGER NOT NULL CHECK (capacity > 0),
  booked INTEGER NOT NULL DEFAULT 0,
  departure_at INTEGER NOT NULL,
  arrival_at INTEGER NOT NULL,
  closes_at INTEGER,
  confirmation TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  CONSTRAINT allocation_not_oversold CHECK (booked >= 0 AND booked <= capacity)
);
CREATE INDEX allocations_by_tenant ON allocations (tenant_id, id);

CREATE TABLE bookings (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  allocation_id TEXT NOT NULL REFERENCES allocations (id),
  carrier_id TEXT NOT NULL,
  origin TEXT NOT NULL,
  destination TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  reference TEXT,
  containers TEXT NOT NULL,
  state TEXT NOT NULL,
  shipment_id TEXT,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX bookings_by_tenant ON bookings (tenant_id, id);

CREATE TABLE shipments (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  booking_id TEXT NOT NULL UNIQUE REFERENCES bookings (id),
  created_at INTEGER NOT NULL
);
CREATE INDEX shipments_by_tenant ON shipments (tenant_id, id);

CREATE TABLE idempotency_records (
  tenant_id TEXT NOT NULL,
  operation TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  answer TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, operation, key)
) WITHOUT ROWID;

CREATE TABLE audit_log (
  id INTEGER PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  object_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  subject TEXT NOT NULL,
  action TEXT NOT NULL,
  detail TEXT NOT NULL,
  correlation_id TEXT NOT NULL
);
CREATE INDEX audit_by_object ON audit_log (tenant_id, object_id, id);

-- AUTOINCREMENT: an id must never come back while a late delete of it may be under way.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  body TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  parked_at INTEGER
);

-- Compare-and-set inside a batch: inserting anything but 1 fails the whole batch.
CREATE TABLE write_guard (
  expected INTEGER NOT NULL CONSTRAINT write_guard_expected_one CHECK (expected = 1)
);
