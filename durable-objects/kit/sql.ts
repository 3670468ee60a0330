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

  /** Inside a transaction: empties every table but those that tell the version of the schema. */
  erase(): void {
    const query = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%'
      AND name NOT IN ('migrations', 'group_migrations')`;
    for (const { name } of this.run<{ name: string }>(query)) this.run(`DELETE FROM "${name}"`);
  }

  /**
   * Applies the migrations that this object has not seen. The list is append-only: an object may
   * sleep for months and wake many versions later.
   */
  migrate(migrations: readonly string[]): void {
    this.#storage.sql.exec('CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY) WITHOUT ROWID');
    this.#apply(migrations);
  }

  /**
   * Applies migrations of an object whose tables come in groups, each with an append-only list of its own.
   * `before` is the one list that the object had before it had groups: gone to its end where it has begun.
   */
  migrateGroups(groups: Readonly<Record<string, readonly string[]>>, before: readonly string[]): void {
    const { sql } = this.#storage;
    if (sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'migrations'").toArray().length > 0) this.#apply(before);
    sql.exec('CREATE TABLE IF NOT EXISTS group_migrations (name TEXT PRIMARY KEY, version INTEGER) WITHOUT ROWID');
    const seen = new Map(
      sql
        .exec<{ name: string; version: number }>('SELECT name, version FROM group_migrations')
        .toArray()
        .map(({ name, version }) => [name, version]),
    );
    for (const [name, migrations] of Object.entries(groups)) {
      for (let version = seen.get(name) ?? 0; version < migrations.length; version++) {
        this.#storage.transactionSync(() => {
          sql.exec(migrations[version]!);
          sql.exec('INSERT OR REPLACE INTO group_migrations (name, version) VALUES (?, ?)', name, version + 1);
        });
      }
    }
  }

  #apply(migrations: readonly string[]): void {
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
