-- An event waits here until every service that acts on it has confirmed it; one that was refused waits for its time alone.
ALTER TABLE outbox ADD COLUMN retry_at INTEGER NOT NULL DEFAULT 0;
-- What an earlier version had parked for an hour is tried again at once.
UPDATE outbox SET parked_at = NULL;
