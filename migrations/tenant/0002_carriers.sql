-- A carrier reads the bookings addressed to it, whichever tenant of the shard made them.
CREATE INDEX bookings_by_carrier ON bookings (carrier_id, id);

-- Answers to keyed requests are forgotten by age.
CREATE INDEX idempotency_by_age ON idempotency_records (created_at);
