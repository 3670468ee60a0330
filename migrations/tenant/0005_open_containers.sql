-- The open booking that a container is in: one at a time, or two bookings would each believe to have it.
CREATE TABLE open_containers (
  tenant_id TEXT NOT NULL,
  number TEXT NOT NULL,
  booking_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, number)
) WITHOUT ROWID;
CREATE INDEX open_containers_by_booking ON open_containers (booking_id);
-- Of bookings from before, the first that named a container has it.
INSERT OR IGNORE INTO open_containers (tenant_id, number, booking_id)
SELECT bookings.tenant_id, json_each.value, bookings.id
FROM bookings, json_each(bookings.containers)
WHERE bookings.state IN ('requested', 'confirmed', 'shipped')
ORDER BY bookings.created_at, bookings.id;
