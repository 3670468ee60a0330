/**
 * Append-only: never edit a line that has shipped. A record stands in its entry once; what is searched for is computed
 * from it, so that no column can say anything else. The database itself takes nothing but the next entry.
 */
export const MIGRATIONS = [
  `CREATE TABLE entries (
     seq INTEGER PRIMARY KEY,
     previous_hash TEXT NOT NULL,
     hash TEXT NOT NULL,
     record TEXT NOT NULL,
     id TEXT AS (record ->> '$.id'),
     at INTEGER AS (record ->> '$.at'),
     action TEXT AS (record ->> '$.action'),
     area TEXT AS (substr(record ->> '$.action', 1, instr(record ->> '$.action', '.'))),
     object_type TEXT AS (record ->> '$.object.type'),
     object_id TEXT AS (record ->> '$.object.id'),
     subject TEXT AS (record ->> '$.actor.subject'),
     correlation_id TEXT AS (record ->> '$.correlationId'),
     caller_correlation_id TEXT AS (record ->> '$.callerCorrelationId')
   );
   CREATE UNIQUE INDEX entries_id ON entries (id);
   CREATE INDEX entries_at ON entries (at);
   CREATE INDEX entries_action ON entries (action);
   CREATE INDEX entries_area ON entries (area);
   CREATE INDEX entries_object_type ON entries (object_type);
   CREATE INDEX entries_object_id ON entries (object_id);
   CREATE INDEX entries_subject ON entries (subject);
   CREATE INDEX entries_correlation ON entries (correlation_id);
   CREATE INDEX entries_caller_correlation ON entries (caller_correlation_id) WHERE caller_correlation_id IS NOT NULL;
   CREATE TRIGGER entries_not_changed BEFORE UPDATE ON entries
   BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
   CREATE TRIGGER entries_not_removed BEFORE DELETE ON entries
   BEGIN SELECT RAISE(ABORT, 'audit entries are never removed'); END;
   CREATE TRIGGER entries_in_order BEFORE INSERT ON entries
   WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entries)
   BEGIN SELECT RAISE(ABORT, 'audit entries are only appended'); END;`,
] as const;
