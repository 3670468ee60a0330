/**
 * How the connection of an inbox stands in the directory. Who takes a delivery in may go by a connection it read
 * seconds ago; the inbox, which every delivery comes to, knows of its end and of secrets that were dropped.
 */
import type { Sql } from '../kit/sql.ts';

/** The table. */
export const CONNECTION_TABLE = `CREATE TABLE connection (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     security_version INTEGER NOT NULL,
     enabled INTEGER NOT NULL
   );`;

/** The state of one connection. */
export class ConnectionState {
  readonly #sql: Sql;
  readonly #directory: D1Database;

  constructor(sql: Sql, directory: D1Database) {
    this.#sql = sql;
    this.#directory = directory;
  }

  /** Whether deliveries of the connection, as it was at a security version, are taken. */
  admits(securityVersion: number): boolean {
    const [row] = this.#sql.run<{ security_version: number; enabled: number }>(
      'SELECT security_version, enabled FROM connection',
    );
    return !row || (row.enabled === 1 && securityVersion >= row.security_version);
  }

  /** Takes over what the directory has, unless something later is known. */
  async refresh(connectionId: string): Promise<void> {
    const row = await this.#directory
      .prepare("SELECT security_version AS version, status = 'active' AS enabled FROM connections WHERE id = ?")
      .bind(connectionId)
      .first<{ version: number; enabled: number }>();
    if (!row) return;
    this.#sql.run(
      `INSERT INTO connection (id, security_version, enabled) VALUES (1, ?, ?)
       ON CONFLICT (id) DO UPDATE SET security_version = excluded.security_version, enabled = excluded.enabled
       WHERE excluded.security_version >= security_version`,
      row.version,
      row.enabled,
    );
  }
}
