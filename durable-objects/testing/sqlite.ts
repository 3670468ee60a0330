/** As much of an object's storage as migrations and tables use, on SQLite in memory, for tests outside workerd. */
import type { DatabaseSync } from 'node:sqlite';

/** Storage on a database. */
export function storageOn(database: DatabaseSync): DurableObjectStorage {
  const exec = (query: string, ...bindings: (string | number | null)[]): unknown => {
    // Several statements at once bring neither bindings nor rows.
    if (/;\s*\S/.test(query)) return database.exec(query);
    const rows = database.prepare(query).all(...bindings);
    return { toArray: () => rows, rowsWritten: 0 };
  };
  return { sql: { exec }, transactionSync: (work: () => void) => work() } as never;
}
