import type { ObjectUsage } from './usage.ts';

/** Values that object SQLite stores. */
export type SqlValue = string | number | null | ArrayBuffer;

/** Object SQLite that counts what it is billed for, and runs append-only migrations. */
export class Sql {
  readonly #storage: DurableObjectStorage;
  #rowsWritten = 0;
  #requests = 0;
  #queueOperations = 0;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Runs one statement and returns its rows. */
  run<T extends Record<string, SqlStorageValue>>(query: string, ...bindings: SqlValue[]): T[] {
    const cursor = this.#storage.sql.exec<T>(query, ...bindings);
    const rows = cursor.toArray();
    this.#rowsWritten += cursor.rowsWritten;
    return rows;
  }

  /** Counts one request to the object. */
  countRequest(): void {
    this.#requests++;
  }

  /** Counts the write of an alarm, which is billed as a row. */
  countAlarm(): void {
    this.#rowsWritten++;
  }

  /** Counts a queue message: a write, a read and a delete for each 64 KB (Queues pricing). */
  countMessage(bytes: number): void {
    this.#queueOperations += 3 * Math.ceil(bytes / 65_536);
  }

  /** Billable work since the object woke. */
  usage(): ObjectUsage {
    return { requests: this.#requests, rowsWritten: this.#rowsWritten, queueOperations: this.#queueOperations };
  }

  /**
   * Applies the migrations that this object has not seen. The list is append-only: an object may
   * sleep for months and wake many versions later.
   */
  migrate(migrations: readonly string[]): void {
    this.#storage.sql.exec('CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY) WITHOUT ROWID');
    const [row] = this.#storage.sql
      .exec<{ version: number | null }>('SELECT max(version) AS version FROM migrations')
      .toArray();
    for (let version = row?.version ?? 0; version < migrations.length; version++) {
      this.#storage.transactionSync(() => {
        this.#storage.sql.exec(migrations[version]!);
        this.#storage.sql.exec('INSERT INTO migrations (version) VALUES (?)', version + 1);
      });
    }
  }
}
