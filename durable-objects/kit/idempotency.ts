/** Idempotency keys of an object's writes: the answer is stored in the transaction of its effect. */
import { IDEMPOTENCY_HOURS } from '../../platform/limits.ts';
import type { Sql } from './sql.ts';

/** A request under an idempotency key, with its answer should it be the first of its key. */
export interface IdempotentRequest<T> {
  operation: string;
  key: string;
  /** Tell a repeated request from another one under the same key: the first is stored, any may be met. */
  requestHashes: readonly [string, ...string[]];
  answer: T;
}

/** The stored answer of a key, or that the key belongs to another request. */
export type StoredAnswer<T> = { answer: T; replayed: boolean } | 'mismatch';

/** The table a user of idempotency keys puts into its migrations. */
export const IDEMPOTENCY_TABLE = `CREATE TABLE keyed (
     operation TEXT NOT NULL,
     key TEXT NOT NULL,
     request_hash TEXT NOT NULL,
     answer TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     PRIMARY KEY (operation, key)
   ) WITHOUT ROWID;`;

/** What is stored of a key, or null when it is new. */
export function storedAnswer<T>(sql: Sql, request: Omit<IdempotentRequest<T>, 'answer'>): StoredAnswer<T> | null {
  const [row] = sql.run<{ request_hash: string; answer: string }>(
    'SELECT request_hash, answer FROM keyed WHERE operation = ? AND key = ?',
    request.operation,
    request.key,
  );
  if (!row) return null;
  return request.requestHashes.includes(row.request_hash)
    ? { answer: JSON.parse(row.answer) as T, replayed: true }
    : 'mismatch';
}

/** How many answers are known by a hash under another key than the current one, by the key's id. */
export function answersUnderOldKeys(sql: Sql, current: string, now: number): Record<string, number> {
  const rows = sql.run<{ id: string; n: number }>(
    `SELECT substr(request_hash, 1, instr(request_hash, '.') - 1) AS id, count(*) AS n FROM keyed
     WHERE created_at >= ? AND id <> ? GROUP BY 1`,
    now - IDEMPOTENCY_HOURS * 3_600_000,
    current,
  );
  return Object.fromEntries(rows.map(({ id, n }) => [id, n]));
}

/** Stores the answer of a new key; call it in the transaction of the effect. */
export function storeAnswer<T>(
  sql: Sql,
  { operation, key, requestHashes, answer }: IdempotentRequest<T>,
  now: number,
): StoredAnswer<T> {
  sql.run('DELETE FROM keyed WHERE created_at < ?', now - IDEMPOTENCY_HOURS * 3_600_000);
  sql.run(
    'INSERT INTO keyed (operation, key, request_hash, answer, created_at) VALUES (?, ?, ?, ?, ?)',
    operation,
    key,
    requestHashes[0],
    JSON.stringify(answer),
    now,
  );
  return { answer, replayed: false };
}
