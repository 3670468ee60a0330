-- What becomes of contracted space; `revision` grows with every change of its facts, and not with bookings.
ALTER TABLE allocations ADD COLUMN status TEXT NOT NULL DEFAULT 'open';
ALTER TABLE allocations ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;

-- Who confirmed a booking, as JSON; null while nobody has.
ALTER TABLE bookings ADD COLUMN confirmed_by TEXT;

-- What was confirmed has a shipment. Within an instant contract the booking itself was the confirmation; of the
-- others the trail says who moved the booking and when, but not for whom.
UPDATE bookings SET confirmed_by = (
  SELECT CASE allocations.confirmation
    WHEN 'instant' THEN json_object(
      'how', 'contract', 'subject', NULL, 'at', bookings.created_at, 'means', NULL, 'spokeWith', NULL)
    ELSE json_object(
      'how', 'unattributed',
      'subject', (SELECT subject FROM audit_log
        WHERE tenant_id = bookings.tenant_id AND object_id = bookings.id AND action = 'booking.confirmed'
        ORDER BY id LIMIT 1),
      'at', coalesce((SELECT at FROM audit_log
        WHERE tenant_id = bookings.tenant_id AND object_id = bookings.id AND action = 'booking.confirmed'
        ORDER BY id LIMIT 1), bookings.updated_at),
      'means', NULL, 'spokeWith', NULL)
    END
  FROM allocations WHERE allocations.id = bookings.allocation_id
) WHERE shipment_id IS NOT NULL;

-- A carrier reads the bookings of one of its customers.
CREATE INDEX bookings_by_carrier_and_tenant ON bookings (carrier_id, tenant_id, id);
