-- The record of the audit trail's that an entry is handed over as, until the trail has it: then null. Entries of before
-- were never handed over and are not.
ALTER TABLE audit_log ADD COLUMN record TEXT;
CREATE INDEX audit_to_hand_over ON audit_log (id) WHERE record IS NOT NULL;
