import type { KeyedRecord, Recorded } from '../../contracts/keyed.ts';
import { IDEMPOTENCY_HOURS } from '../../platform/limits.ts';
import type { Sql } from './sql.ts';

/** The table a user of keyed writes puts into its migrations. */
export const KEYED_TABLE = `CREATE TABLE keyed (
     operation TEXT NOT NULL,
     key TEXT NOT NULL,
     request_hash TEXT NOT NULL,
     answer TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     PRIMARY KEY (operation, key)
   ) WITHOUT ROWID;`;

/** What is stored of a key, or null when it is new. */
export function recorded<T>(sql: Sql, record: Omit<KeyedRecord<T>, 'answer'>): Recorded<T> | null {
  const [row] = sql.run<{ request_hash: string; answer: string }>(
    'SELECT request_hash, answer FROM keyed WHERE operation = ? AND key = ?',
    record.operation,
    record.key,
  );
  if (!row) return null;
  return row.request_hash === record.requestHash ? { answer: JSON.parse(row.answer) as T, replayed: true } : 'mismatch';
}

/** Stores the answer of a new key; call it in the transaction of the effect. */
export function record<T>(sql: Sql, { operation, key, requestHash, answer }: KeyedRecord<T>, now: number): Recorded<T> {
  sql.run('DELETE FROM keyed WHERE created_at < ?', now - IDEMPOTENCY_HOURS * 3_600_000);
  sql.run(
    'INSERT INTO keyed (operation, key, request_hash, answer, created_at) VALUES (?, ?, ?, ?, ?)',
    operation,
    key,
    requestHash,
    JSON.stringify(answer),
    now,
  );
  return { answer, replayed: false };
}
